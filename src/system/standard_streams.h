/*
 * Descriptors 0, 1 and 2.
 */
#ifndef SYSTEM_STANDARD_STREAMS_H
#define SYSTEM_STANDARD_STREAMS_H

#include <stdbool.h>

/*
 * Puts /dev/null where the caller left one of the three closed, and changes nothing else. To be
 * called before anything is opened. False: that cannot be done, and nothing may be opened.
 */
bool standard_streams_complete(void);

#endif
