/*
 * Message ids as they are met, not only as they should be; see message_id.h.
 */
#include "mail/message_id.h"

#include <string.h>

/* The size of the word at the front. */
static size_t
message_id_word_size(struct text line)
{
	size_t size = 0;

	while (size < line.size && !text_is_space(line.data[size]))
		size++;
	return size;
}

/* The id without white space (tolerance: id-blanks); false when nothing remains or it is too long
 * to be one. */
static bool
message_id_clean(struct arena *arena, struct text id, struct text *id_out)
{
	size_t size = 0;

	id = text_trim(id);
	if (id.size == 0 || id.size > MESSAGE_ID_SIZE_MAX)
		return false;
	for (size_t i = 0; i < id.size; i++)
		size += !text_is_space(id.data[i]);
	*id_out = id;
	if (size == id.size)
		return true;
	char *copy = arena_alloc(arena, size);
	size = 0;
	for (size_t i = 0; i < id.size; i++)
		if (!text_is_space(id.data[i]))
			copy[size++] = id.data[i];
	*id_out = (struct text){copy, size};
	return true;
}

/* The position behind the comment that begins at 0, or 1 when it is never closed. */
static size_t
message_id_comment_size(struct text rest)
{
	size_t depth = 0;

	for (size_t i = 0; i < rest.size; i++) {
		if (rest.data[i] == '\\')
			i++;
		else if (rest.data[i] == '(')
			depth++;
		else if (rest.data[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 1;
}

/* Takes what stands in the next brackets off the front; a bracket that is not closed ends before
 * the next one. */
static bool
message_id_next_bracketed(struct message_id_walk *walk, struct text *id_out)
{
	struct text *rest = &walk->rest;
	size_t open = 0;

	while (open < rest->size && rest->data[open] != '<') {
		size_t step = 1;
		/* A search for a closing parenthesis that found none is not made again: time stays
		 * linear. */
		if (rest->data[open] == '(' && !walk->has_open_comment) {
			step = message_id_comment_size(text_slice(*rest, open, rest->size));
			walk->has_open_comment = step == 1;
		}
		open += step;
	}
	if (open >= rest->size)
		return false;
	size_t end = open + 1;
	while (end < rest->size && rest->data[end] != '>' && rest->data[end] != '<')
		end++;
	*id_out = text_slice(*rest, open + 1, end);
	if (end < rest->size && rest->data[end] == '>')
		end++;
	else /* tolerance: id-bracket-not-closed */
		id_out->size = message_id_word_size(*id_out);
	*rest = text_slice(*rest, end, rest->size);
	return true;
}

/* Takes the next word off the front. */
static bool
message_id_next_word(struct text *rest, struct text *word_out)
{
	*rest = text_trim(*rest);
	if (rest->size == 0)
		return false;
	*word_out = text_slice(*rest, 0, message_id_word_size(*rest));
	*rest = text_slice(*rest, word_out->size, rest->size);
	return true;
}

bool
message_id_parse(struct arena *arena, struct text body, struct text *id_out)
{
	struct message_id_walk walk = message_id_walk_init(body);
	struct text id;

	if (walk.is_bracketed)
		return message_id_next(arena, &walk, id_out);
	/* tolerance: id-without-brackets */
	if (!message_id_next_word(&walk.rest, &id))
		return false;
	if (id.data[id.size - 1] == '>')
		id.size--;
	return message_id_clean(arena, id, id_out);
}

struct message_id_walk
message_id_walk_init(struct text body)
{
	return (struct message_id_walk){
	    .rest = body, .is_bracketed = text_find_byte(body, 0, '<') < body.size};
}

bool
message_id_next(struct arena *arena, struct message_id_walk *walk, struct text *id_out)
{
	struct text id;

	if (walk->is_bracketed) {
		while (message_id_next_bracketed(walk, &id))
			if (message_id_clean(arena, id, id_out))
				return true;
		return false;
	}
	while (message_id_next_word(&walk->rest, &id)) {
		if (id.data[id.size - 1] == '>')
			id.size--;
		if (text_find_byte(id, 0, '@') < id.size && message_id_clean(arena, id, id_out))
			return true;
	}
	return false;
}
