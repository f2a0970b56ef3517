/*
 * Quota warnings; see quota_warning.h.
 */
#include "deliver/quota_warning.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/file.h"

bool
quota_warning_is_due(struct arena *arena, const char *root)
{
	const char *path = arena_format(arena, "%s/quotawarn", root).data;
	struct stat status;

	int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (descriptor < 0)
		return false;
	bool is_known = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
	int64_t age = is_known ? clock_now().seconds - status.st_mtim.tv_sec : 0;
	/* A new file is empty; one that warned before holds a byte, so that its age means
	 * something. */
	bool is_due = is_known && (status.st_size == 0 || age >= QUOTA_WARNING_PERIOD || age < 0);
	/* Two deliveries at once may both warn: harmless. Without the mark there would be one with
	 * each delivery. */
	is_due = is_due && pwrite(descriptor, "w", 1, 0) == 1 && futimens(descriptor, NULL) == 0;
	close(descriptor);
	return is_due;
}

/* The date of RFC 5322, in UTC. */
static struct text
quota_warning_date(struct arena *arena, struct timestamp now)
{
	char rfc3339[CLOCK_RFC3339_SIZE];
	struct text utc = clock_format_rfc3339(now, rfc3339);
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned month = (unsigned)(utc.data[5] - '0') * 10 + (unsigned)(utc.data[6] - '0');

	/* The weekday is optional (RFC 5322, section 3.3). */
	return arena_format(arena, "%.2s %.3s %.4s %.8s +0000", utc.data + 8,
	    months + 3 * (month - 1), utc.data, utc.data + 11);
}

bool
quota_warning_compose(
    struct arena *arena, const char *file, struct text *message_out, struct error *error)
{
	struct timestamp now = clock_now();
	char host[256] = "";
	struct text body;

	if (!file_read(arena, file, QUOTA_WARNING_MAX, &body, error))
		return false;
	if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
		snprintf(host, sizeof host, "localhost");
	struct text date = quota_warning_date(arena, now);
	*message_out = arena_format(arena, "Date: %.*s\nMessage-ID: <%lld.%d.%ld.quota@%s>\n%.*s",
	    TEXT_ARGUMENTS(date), (long long)now.seconds, now.nanoseconds / 1000, (long)getpid(),
	    host, TEXT_ARGUMENTS(body));
	return true;
}
