# Messages of every form that is known, what a reader should see of each, and what other parsers see.
check_PROGRAMS += tests/corpus/reading_cases.test
TESTS += tests/corpus/reading_cases.test
EXTRA_DIST += tests/corpus/reading
tests_corpus_reading_cases_test_SOURCES = %D%/reading_cases.c %D%/reading.c %D%/reading.h %D%/corpus_case.c %D%/corpus_case.h
tests_corpus_reading_cases_test_CPPFLAGS = $(mail_test_cppflags)
tests_corpus_reading_cases_test_LDADD = $(mail_test_libraries)

check_PROGRAMS += tests/corpus/dump_message
tests_corpus_dump_message_SOURCES = %D%/dump_message.c %D%/reading.c %D%/reading.h %D%/corpus_case.c %D%/corpus_case.h
tests_corpus_dump_message_CPPFLAGS = $(mail_test_cppflags)
tests_corpus_dump_message_LDADD = $(mail_test_libraries)
TESTS += tests/corpus/peers.t
dist_check_SCRIPTS += tests/corpus/peers.t
EXTRA_DIST += tests/corpus/peers.py tests/corpus/peers_gmime.c tests/corpus/peer-differences.list
TESTS += tests/corpus/bombs.t
dist_check_SCRIPTS += tests/corpus/bombs.t
