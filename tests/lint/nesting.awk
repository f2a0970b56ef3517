# How deep control statements stand in each other. Reads code.awk's output; prints "path:function: ..." for every
# function whose depth passes `maximum`. A statement without braces counts like one with them; "else if" goes on
# with the level of its "if"; braces of initialisers and of types do not count.
function depth_now(   i, n) {
	n = 0
	for (i = 1; i <= top; i++)
		n += (kind[i] == "block" || kind[i] == "statement")
	return n - 1 # the function's own body
}
function push(what) {
	kind[++top] = what
	if (in_function && (what == "block" || what == "statement") && depth_now() > deepest) {
		deepest = depth_now()
		deepest_line = line
	}
}
function pop_statements() {
	while (top > 0 && kind[top] == "statement")
		top--
}
function is_control(word) {
	return word == "if" || word == "for" || word == "while" || word == "switch"
}
function open_brace(   what) {
	if (top == 0 && previous == ")" && parens == 0) {
		in_function = 1
		deepest = 0
		function_name = paren_word
		push("block")
	} else if (expect) {
		push("block")
	} else if (top > 0 && kind[top] != "block" && kind[top] != "statement")
		push("value")
	else if (in_function && (previous == ";" || previous == "{" || previous == "}" || previous == ":"))
		push("block")
	else
		push("value")
	expect = 0
}
function close_brace() {
	if (top > 0)
		top--
	if (top > 0 && in_function && closed_kind == "block")
		pop_statements()
	if (top == 0 && in_function) {
		if (deepest > maximum)
			print path ":" function_name ": nesting " deepest " at line " deepest_line ", at most " maximum
		in_function = 0
	}
}
function token(t) {
	if (t == "{") {
		open_brace()
	} else if (t == "}") {
		closed_kind = top > 0 ? kind[top] : ""
		close_brace()
	} else {
		if (expect && parens == 0) {
			if (t == "if" && previous == "else")
				;
			else if (t != ";")
				push("statement")
			expect = 0
		}
		if (t == "(") {
			word_before[++parens] = previous
		} else if (t == ")") {
			if (parens > 0)
				paren_word = word_before[parens--]
			if (parens == 0 && in_function && is_control(paren_word))
				expect = 1
		} else if (t == ";" && parens == 0) {
			pop_statements()
		} else if (in_function && (t == "else" || t == "do"))
			expect = 1
	}
	previous = t
}
{
	at = index($0, ":")
	this_path = substr($0, 1, at - 1)
	rest = substr($0, at + 1)
	at = index(rest, ":")
	line = substr(rest, 1, at - 1)
	rest = substr(rest, at + 1)
	if (this_path != path) {
		path = this_path
		top = parens = expect = in_function = 0
		previous = ""
		continued = 0
	}
	if (continued || rest ~ /^[ \t]*#/) {
		continued = rest ~ /\\$/
		next
	}
	while (match(rest, /[A-Za-z_][A-Za-z_0-9]*|[^ \t]/)) {
		token(substr(rest, RSTART, RLENGTH))
		rest = substr(rest, RSTART + RLENGTH)
	}
}
