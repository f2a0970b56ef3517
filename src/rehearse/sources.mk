noinst_LIBRARIES += librehearse.a
librehearse_a_SOURCES =
