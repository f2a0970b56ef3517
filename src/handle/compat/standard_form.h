/*
 * A message with all the MIME fields that it should have, and its parts in the transfer encodings that
 * its way asks for. Nothing else changes; a part that is signed does not change at all.
 */
#ifndef HANDLE_COMPAT_STANDARD_FORM_H
#define HANDLE_COMPAT_STANDARD_FORM_H

#include "handle/compat/section.h"

enum standard_form_way {
	STANDARD_FORM_ANY,  /* encodings stay, but for names that say more than is needed */
	STANDARD_FORM_7BIT, /* 8bit becomes quoted-printable */
	STANDARD_FORM_8BIT, /* quoted-printable becomes 8bit, where lines can carry it */
};

struct standard_form {
	enum standard_form_way way;
	struct text charset; /* of text that names none */
	struct text program; /* for X-Mime-Autoconverted */
};

void standard_form_write(struct arena *arena, const struct standard_form *form,
    const struct mime_tree *tree, struct message_sink *sink);

#endif
