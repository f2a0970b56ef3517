/*
 * What GMime sees of messages, a line of JSON each, in the form of dump_message.c. Built by peers.t where
 * GMime is installed; shares nothing with the library under test.
 */
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static void
print_text(const char *text)
{
	if (text == NULL) {
		printf("null");
		return;
	}
	char *valid = g_utf8_make_valid(text, -1);
	putchar('"');
	for (const unsigned char *c = (const unsigned char *)valid; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 32)
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
	g_free(valid);
}

static void
print_addresses(const char *name, InternetAddressList *list, gboolean *need_comma)
{
	if (need_comma == NULL) {
		printf(",\"%s\":[", name);
		gboolean first = FALSE;
		if (list != NULL)
			print_addresses(name, list, &first);
		putchar(']');
		return;
	}
	for (int i = 0; i < internet_address_list_length(list); i++) {
		InternetAddress *address = internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_GROUP(address)) {
			print_addresses(name,
			    internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
			    need_comma);
			continue;
		}
		const char *display = internet_address_get_name(address);
		const char *spec =
		    internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
		char *both = g_strdup_printf(
		    "%s | %s", display != NULL ? display : "", spec != NULL ? spec : "");
		if (*need_comma)
			putchar(',');
		*need_comma = TRUE;
		print_text(both);
		g_free(both);
	}
}

static void
append_type(GString *tree, GMimeObject *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(part);
	char *word =
	    type == NULL ? g_strdup("text/plain") : g_mime_content_type_get_mime_type(type);
	char *lower = g_ascii_strdown(word, -1);

	g_string_append(tree, lower);
	g_free(lower);
	g_free(word);
}

static void
append_tree(GString *tree, GMimeObject *part, GPtrArray *leaves)
{
	append_type(tree, part);
	if (GMIME_IS_MULTIPART(part)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(part);
		int count = g_mime_multipart_get_count(multipart);
		for (int i = 0; i < count; i++) {
			g_string_append_c(tree, i == 0 ? '(' : ',');
			append_tree(tree, g_mime_multipart_get_part(multipart, i), leaves);
		}
		if (count > 0)
			g_string_append_c(tree, ')');
	} else if (GMIME_IS_MESSAGE_PART(part) &&
		   g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)) != NULL) {
		GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
		g_string_append_c(tree, '(');
		append_tree(tree, g_mime_message_get_mime_part(message), leaves);
		g_string_append_c(tree, ')');
	} else {
		g_ptr_array_add(leaves, part);
	}
}

static void
print_content(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = g_mime_stream_mem_new();

	if (content != NULL)
		g_mime_data_wrapper_write_to_stream(content, stream);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data, bytes->len);
	printf(",\"size\":%u,\"sha256\":\"%s\"", bytes->len, digest);
	g_free(digest);
	g_object_unref(stream);
}

static void
print_leaf(GMimeObject *part)
{
	GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(part);
	const char *word =
	    disposition == NULL ? NULL : g_mime_content_disposition_get_disposition(disposition);
	char *lower = word == NULL ? g_strdup("") : g_ascii_strdown(word, -1);

	printf("{\"disposition\":");
	print_text(lower);
	g_free(lower);
	if (GMIME_IS_PART(part)) {
		const char *name = g_mime_part_get_filename(GMIME_PART(part));
		printf(",\"name\":");
		print_text(name != NULL ? name : "");
		print_content(GMIME_PART(part));
	}
	if (GMIME_IS_TEXT_PART(part)) {
		char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
		printf(",\"text\":");
		print_text(text);
		g_free(text);
	}
	putchar('}');
}

static void
print_message(GMimeMessage *message, const char *name)
{
	GPtrArray *leaves = g_ptr_array_new();
	GString *tree = g_string_new("");
	GDateTime *date = g_mime_message_get_date(message);
	const char *subject = g_mime_message_get_subject(message);

	printf("{\"case\":\"%s\"", name);
	append_tree(tree, g_mime_message_get_mime_part(message), leaves);
	printf(",\"tree\":");
	print_text(tree->str);
	printf(",\"subject\":");
	print_text(subject != NULL ? subject : "");
	print_addresses("from", g_mime_message_get_from(message), NULL);
	print_addresses("to", g_mime_message_get_to(message), NULL);
	print_addresses("cc", g_mime_message_get_cc(message), NULL);
	if (date != NULL)
		printf(",\"date\":%lld", (long long)g_date_time_to_unix(date));
	else
		printf(",\"date\":null");
	printf(",\"id\":");
	const char *id = g_mime_message_get_message_id(message);
	print_text(id != NULL ? id : "");
	printf(",\"parts\":[");
	for (guint i = 0; i < leaves->len; i++) {
		if (i > 0)
			putchar(',');
		print_leaf(g_ptr_array_index(leaves, i));
	}
	printf("]}\n");
	g_string_free(tree, TRUE);
	g_ptr_array_free(leaves, TRUE);
}

/* FOLDER/NAME.eml ... */
int
main(int count, char **arguments)
{
	g_mime_init();
	for (int i = 1; i < count; i++) {
		GMimeStream *stream = g_mime_stream_file_open(arguments[i], "r", NULL);
		char *name = g_path_get_basename(arguments[i]);
		*strrchr(name, '.') = '\0';
		GMimeParser *parser = g_mime_parser_new_with_stream(stream);
		GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
		if (message != NULL && g_mime_message_get_mime_part(message) != NULL)
			print_message(message, name);
		else
			printf("{\"case\":\"%s\"}\n", name);
		if (message != NULL)
			g_object_unref(message);
		g_object_unref(parser);
		g_object_unref(stream);
		g_free(name);
	}
	return 0;
}
