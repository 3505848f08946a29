/** Texts that would end a literal, comment, tag or cell in some language. */

/** Creates a file if run by Python. */
export const TOUCH = 'gpt2"""\nimport os; os.system("touch loci-pwned")\n"""';

export const HOSTILE: readonly string[] = [
  TOUCH,
  `x'''\nimport os; os.system('touch loci-pwned')\n'''`,
  'x"\nopen("loci-pwned", "w")  #',
  "x'\nopen('loci-pwned', 'w')  #",
  'x\\',
  'x\\"; open("loci-pwned", "w"); "\\',
  'x\nopen("loci-pwned", "w")\n',
  'x\ropen("loci-pwned", "w")\r',
  'x\r\nopen("loci-pwned", "w")\r\n',
  'x\u2028open("loci-pwned", "w")\u2029open("loci-pwned", "w")\u0085\u000b\u000c',
  'x\0\u001b[31m\u001b]0;title\u0007\u009b\u007f',
  'x\ud800 \udc00x \ufffe\uffff\ufeff',
  '\u202e"x\u202c" \u200f\u2066"\u2069 \u{e0041}',
  `{{ x }} {x} \${x} #{x} {0.__class__}`,
  "{__import__('os').system('touch loci-pwned')}",
  '# end\n# if x\n    # end',
  '*/ alert(1) /* // x\nalert(1) --> ]]> <!--',
  '</script><script>alert(1)</script></title><img src=x onerror=alert(1)>',
  `" onload="alert(1)" x=" ' onload='alert(1)`,
  '&lt; &#0; &x; &amp',
  '=1+1',
  '+cmd|x',
  '-2+3',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '\t=1+1',
  '\r=1+1',
  "'=1+1",
  '"];\n"x" -> "y" [URL="javascript:alert(1)"]; "',
  '"; rm -rf; \\N \\G \\"',
  '../../x',
  '..\\..\\x',
  '/etc/passwd',
  'C:\\x',
  'axes',
  '__proto__',
  'constructor',
  'toString',
  'CON',
  'nul.txt',
  '.',
  '',
  ' ',
  'X'.repeat(5000),
];

/** All in one text, except the long one. */
export const ALL = HOSTILE.slice(0, -1).join(' ');

/** The harmless replacement. */
export const PLAIN = 'plain';
