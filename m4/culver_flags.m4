# CULVER_TRY_FLAG(FLAG, ACTION-IF-ACCEPTED): does the compiler take the flag without a warning?
AC_DEFUN([CULVER_TRY_FLAG], [
	culver_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $1"
	AC_MSG_CHECKING([whether $CC accepts $1])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [culver_flag_ok=yes], [culver_flag_ok=no])
	AC_MSG_RESULT([$culver_flag_ok])
	CFLAGS=$culver_saved_CFLAGS
	AS_IF([test "x$culver_flag_ok" = xyes], [$2])
])

# CULVER_TRY_LDFLAG(FLAG, ACTION-IF-ACCEPTED): the same for the linker.
AC_DEFUN([CULVER_TRY_LDFLAG], [
	culver_saved_LDFLAGS=$LDFLAGS
	LDFLAGS="$LDFLAGS $1"
	AC_MSG_CHECKING([whether the linker accepts $1])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [culver_flag_ok=yes], [culver_flag_ok=no])
	AC_MSG_RESULT([$culver_flag_ok])
	LDFLAGS=$culver_saved_LDFLAGS
	AS_IF([test "x$culver_flag_ok" = xyes], [$2])
])
