noinst_LIBRARIES += librefile.a
librefile_a_SOURCES =
