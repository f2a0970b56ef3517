/*
 * Error values; see error.h. Text that does not fit is cut: an error must never fail.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Bool
error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
	va_list arguments;

	error->kind = kind;
	error->number = 0;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	return 0;
}

static enum error_kind
error_kind_from_errno(int number)
{
	switch (number) {
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
		return ERROR_REFUSE;
	case EAGAIN:
	case EBUSY:
	case EDQUOT:
	case EINTR:
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOLCK:
	case ENOMEM:
	case ENOSPC:
	case EFBIG:
	case ESTALE:
	case ETIMEDOUT:
		return ERROR_AGAIN;
	default:
		return ERROR_SYSTEM;
	}
}

_Bool
error_set_errno(struct error *error, const char *format, ...)
{
	int number = errno;
	va_list arguments;

	error->kind = error_kind_from_errno(number);
	error->number = number;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	size_t used = strlen(error->text);
	snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(number));
	return 0;
}

void
error_prefix(struct error *error, const char *format, ...)
{
	char rest[ERROR_TEXT_MAX];
	va_list arguments;

	memcpy(rest, error->text, sizeof rest);
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	size_t used = strlen(error->text);
	snprintf(error->text + used, sizeof error->text - used, "%s", rest);
}
