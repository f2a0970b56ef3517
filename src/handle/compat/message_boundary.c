/*
 * Boundaries; see message_boundary.h.
 */
#include "handle/compat/message_boundary.h"

#include "handle/compat/field_sequence.h"

/* Fields that formail 3.22 knows in a message's header; those with X- and Old- in front count, too. */
static const char *const boundary_names[] = {
    "Accept",
    "Acknowledge-To",
    "Allow",
    "Alternate-Recipient",
    "Anon-Post-To",
    "Anon-Send-To",
    "App-Message-ID",
    "Apparently-Resent-To",
    "Apparently-To",
    "Approved",
    "Article",
    "Article-I.D.",
    "Auto-Forward-Count",
    "Auto-Forwarded-From",
    "Auto-Submitted",
    "Autoforwarded",
    "Bcc",
    "Cc",
    "Comments",
    "Content-Description",
    "Content-Disposition",
    "Content-ID",
    "Content-Identifier",
    "Content-Language",
    "Content-Length",
    "Content-MD5",
    "Content-Return",
    "Content-Transfer-Encoding",
    "Content-Type",
    "Control",
    "Conversion",
    "Conversion-With-Loss",
    "Cost",
    "Cutmarks",
    "Date",
    "Default-Options",
    "Deferred-Delivery",
    "Delivered-To",
    "Delivery-Date",
    "Derived-From",
    "Diagnostic-Code",
    "Discarded-X400-IPMS-Extensions",
    "Discarded-X400-MTS-Extensions",
    "Disclose-Recipients",
    "Distribution",
    "DL-Expansion-History",
    "Encoding",
    "Encrypt-Key",
    "Encrypted",
    "End-of-Header",
    "Envelope-To",
    "Errors-To",
    "Expires",
    "Expiry-Date",
    "Fake-Sender",
    "Fcc",
    "Final-Recipient",
    "Followup-To",
    "Forwarded",
    "From",
    "From-warning",
    "Full-Name",
    "Generate-Delivery-Report",
    "Hop-count",
    "Importance",
    "In-Reply-To",
    "Incomplete-Copy",
    "Keywords",
    "Language",
    "Last-Attempt-Date",
    "Last-Modified",
    "Latent-Time",
    "Latest-Delivery-Time",
    "Lines",
    "Mail-Copies-To",
    "Mail-from",
    "Mailing-List",
    "Message",
    "Message-ID",
    "Message-Type",
    "MIME-Version",
    "MR-Received",
    "Newsgroups",
    "NNTP-Posting-Date",
    "NNTP-Posting-Host",
    "Not-Delivered-To",
    "Notice-Requested-Upon-Delivery-To",
    "Obsoletes",
    "Organisation",
    "Organization",
    "Original-Auto-Forwarded-From",
    "Original-Cc",
    "Original-Date",
    "Original-Encoded-Information-Types",
    "Original-From",
    "Original-Received",
    "Original-To",
    "Originator",
    "Originator-Return-Address",
    "Path",
    "Post-To",
    "Posted",
    "Posted-Date",
    "Posted-To",
    "PP-Warning",
    "Precedence",
    "Prevent-Nondelivery-Report",
    "Priority",
    "Public",
    "Read-Receipt-To",
    "Received",
    "Received-Date",
    "Reference",
    "References",
    "Relay-Version",
    "Remote-MTA",
    "Replied",
    "Reply-By",
    "Reply-To",
    "Report-Version",
    "Request-Remailing-To",
    "Requested-Delivery-Method",
    "Resent",
    "Resent-Bcc",
    "Resent-Cc",
    "Resent-Date",
    "Resent-From",
    "Resent-Message-ID",
    "Resent-Reply-To",
    "Resent-Sender",
    "Resent-To",
    "Return-Path",
    "Return-Receipt-Requested",
    "Return-Receipt-To",
    "Sender",
    "Sensitivity",
    "Sent-By",
    "Server",
    "Status",
    "Subject",
    "Submitted-by",
    "Summary",
    "Supersedes",
    "Text",
    "Title",
    "To",
    "Transport-Options",
    "URI",
    "User-Agent",
    "Version",
    "Via",
    "WWW-Link",
    "X400-Content-Type",
    "X400-MTS-Identifier",
    "X400-Originator",
    "X400-Received",
    "X400-Recipients",
    "X400-Trace",
    "Xref",
};

static const char article[] = "Article ";

static bool
boundary_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

bool
message_boundary_is_postmark(struct text line)
{
	size_t at = sizeof "From " - 1;

	if (!field_is_from_line(line))
		return false;
	while (at < line.size && boundary_is_blank(line.data[at]))
		at++;
	size_t word = at;
	while (at < line.size && !boundary_is_blank(line.data[at]) && line.data[at] != '\n')
		at++;
	if (at == word)
		return false;
	while (at < line.size && boundary_is_blank(line.data[at]))
		at++;
	return at < line.size && line.data[at] != '\n';
}

bool
message_boundary_is_article(struct text line)
{
	return text_has_prefix(line, text_from_string(article));
}

/* Does the line begin with a field that a message's header may have? */
static bool
boundary_is_known_field(struct text line)
{
	struct field_name found = field_name_parse(line);
	size_t size = found.size;

	if (!found.is_complete || (field_is_from_line(line) && size == sizeof "From " - 1))
		return false;
	while (size >= 2 && boundary_is_blank(line.data[size - 2]))
		size--;
	struct text name = text_slice(line, 0, size - 1);
	if ((size > 4 && text_has_prefix_nocase(name, TEXT("Old-"))) ||
	    (size > 2 && text_has_prefix_nocase(name, TEXT("X-"))))
		return true;
	for (size_t i = 0; i < sizeof boundary_names / sizeof *boundary_names; i++)
		if (text_is_equal_nocase(name, text_from_string(boundary_names[i])))
			return true;
	return false;
}

static struct text
boundary_line(struct text input, size_t at)
{
	return text_slice(input, at, text_find_byte(input, at, '\n') + 1);
}

/* So many more known fields, one behind the other? */
static bool
boundary_has_fields(struct text input, size_t at, size_t wanted)
{
	for (; wanted > 0; wanted--) {
		if (!boundary_is_known_field(boundary_line(input, at)))
			return false;
		if (!field_skip_one(input, &at, false))
			return false;
	}
	return true;
}

/* Is this line, where a message may begin, the first of one? */
static bool
boundary_is_here(struct text input, size_t at, const struct message_boundary_rule *rule)
{
	struct text line = boundary_line(input, at);
	size_t behind = at;

	if (field_is_from_line(line)) {
		if (!message_boundary_is_postmark(line))
			return false;
		field_skip_one(input, &behind, true);
	} else if (!rule->digest) {
		return false;
	} else if (message_boundary_is_article(line)) {
		behind += line.size;
	} else if (boundary_is_known_field(line)) {
		field_skip_one(input, &behind, false);
	} else {
		return false;
	}
	return boundary_has_fields(input, behind, rule->fields - 1);
}

/* The next line that begins with "From ", which alone can be a boundary outside of digests. */
static size_t
boundary_next_from_line(struct text input, size_t from)
{
	if (field_is_from_line(text_slice(input, from, input.size)))
		return from;
	size_t found = text_find(input, from, TEXT("\nFrom "));
	return found < input.size ? found + 1 : found;
}

size_t
message_boundary_find(
    struct text input, size_t from, bool behind_empty, const struct message_boundary_rule *rule)
{
	size_t at = from;

	while (at < input.size) {
		if (!rule->digest)
			at = boundary_next_from_line(input, at);
		if (at >= input.size)
			break;
		bool is_free =
		    at == from ? behind_empty : at - from == 1 || input.data[at - 2] == '\n';
		if ((is_free || rule->any_line) && boundary_is_here(input, at, rule))
			return at;
		at = text_find_byte(input, at, '\n') + 1;
	}
	return input.size;
}
