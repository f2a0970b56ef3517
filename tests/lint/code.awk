# C without its comments and without what stands in its strings: every line of the files is printed as
# "path:line:code", with blanks where comments were, "" for a string and ' ' for a character constant.
# Usage: awk -v root=TREE/ -f code.awk FILE...   (root is cut from the front of each path)
FNR == 1 {
	in_comment = 0
	path = FILENAME
	if (index(path, root) == 1)
		path = substr(path, length(root) + 1)
}
{
	rest = $0
	code = ""
	if (in_string) { # a string that a backslash carries over the line end
		in_string = 0
		rest = "\"" rest
	}
	while (rest != "") {
		if (in_comment) {
			if ((at = index(rest, "*/")) == 0)
				break
			rest = substr(rest, at + 2)
			in_comment = 0
			code = code " "
			continue
		}
		if (!match(rest, /"|'|\/\*|\/\//)) {
			code = code rest
			break
		}
		code = code substr(rest, 1, RSTART - 1)
		mark = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (mark == "//")
			break
		if (mark == "/*") {
			in_comment = 1
			continue
		}
		if (mark == "\"") {
			code = code "\"\""
			if (match(rest, /^([^"\\]|\\.)*"/))
				rest = substr(rest, RLENGTH + 1)
			else {
				in_string = rest ~ /\\$/
				rest = ""
			}
			continue
		}
		code = code "' '"
		if (match(rest, /^([^'\\]|\\.)*'/))
			rest = substr(rest, RLENGTH + 1)
		else
			rest = ""
	}
	print path ":" FNR ":" code
}
