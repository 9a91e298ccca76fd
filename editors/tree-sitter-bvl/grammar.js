/**
 * The syntax of .bvl for editors: every statement is `word term* [ { .. } ]`.
 *
 * `grammar/bvl.pest` and `src/syntax` of the compiler are what it follows: what the compiler reads without a finding of
 * syntax has no ERROR and no MISSING here, and the other way round (`test/agree.py` holds both). The tokens whose end
 * depends on what stands behind them, and the ends of statements, are read by `src/scanner.c`.
 */

/// <reference types="tree-sitter-cli/dsl" />

module.exports = grammar({
  name: 'bvl',

  // The order is that of `enum TokenType` in src/scanner.c.
  externals: $ => [
    $._end,
    $.word,
    $._allow,
    $._let,
    $._param,
    $._for,
    $.name,
    $.number,
    $.address,
    $.variable,
    $.wildcard,
    $.numbered,
    $._colon,
    $._tight_colon,
    $._dots,
    $._string_start,
    $._text_start,
    $.string_content,
    $._string_end,
    $._text_end,
    $.escape,
    $._interpolation_start,
    $.path,
    $.comment,
    $.doc_comment,
    $.block_comment,
    $._resume,
    '->',
    '~>',
    '=',
    $._call_start,
    $.operator,
    $._opening,
    $.odd,
  ],

  extras: $ => [/[ \t\r\n]/, $.comment, $.doc_comment, $.block_comment, $._resume],

  inline: $ => [$._value, $._single],

  rules: {
    source_file: $ => repeat($._entry),

    block: $ => seq('{', repeat($._entry), '}'),

    // A statement ends with its block, or at a line break, a `;`, the brace around it or the end of the file.
    _entry: $ => choice(
      ';',
      seq($._statement, choice($._end, ';')),
      $._statement_with_block,
    ),

    _statement: $ => choice($.statement, $.flow_statement, $.let_statement, $.param_statement, $.sentence),

    _statement_with_block: $ => choice(
      alias($._block_statement, $.statement),
      alias($._block_flow, $.flow_statement),
      alias($._block_let, $.let_statement),
      alias($._block_param, $.param_statement),
      alias($._block_sentence, $.sentence),
    ),

    statement: $ => $._head,
    _block_statement: $ => seq($._head, field('block', $.block)),
    _head: $ => seq(
      field('word', choice($.word, $.string, $.text_block)),
      repeat($._terms),
    ),

    flow_statement: $ => $._flow_head,
    _block_flow: $ => seq($._flow_head, field('block', $.block)),
    _flow_head: $ => seq(
      field('word', alias($._allow, $.word)),
      optional(seq($._term, repeat(choice($._term, $.colon)))),
      optional(seq(
        $.arrow,
        repeat(choice($.arrow, $.equals)),
        choice($._term, $.colon),
        repeat(choice($._term, $.colon, seq(repeat1(choice($.arrow, $.equals)), choice($._term, $.colon)))),
      )),
    ),

    let_statement: $ => $._let_head,
    _block_let: $ => seq($._let_head, field('block', $.block)),
    _let_head: $ => seq(
      field('word', alias($._let, $.word)),
      repeat(choice($._term, $.colon, seq(repeat1(choice($.arrow, $.equals)), choice($._term, $.colon)))),
    ),

    param_statement: $ => $._param_head,
    _block_param: $ => seq($._param_head, field('block', $.block)),
    _param_head: $ => seq(
      field('word', alias($._param, $.word)),
      repeat(choice($._term, $._any_colon, seq(repeat1(choice($.arrow, $.equals)), choice($._term, $._any_colon)))),
    ),

    // `for s in services where .. require .. else ..`, the sentence of a rule, and `expect ..`. It is flat here, as in the compiler's tree: what its
    // signs join is told by whoever knows what it speaks of.
    sentence: $ => $._sentence_head,
    _block_sentence: $ => seq($._sentence_head, field('block', $.block)),
    _sentence_head: $ => seq(field('word', alias($._for, $.word)), repeat($._part)),
    _part: $ => choice($._behind_sign, seq(repeat1(choice($.operator, alias($._opening, '('), $.arrow)), $._behind_sign)),
    _behind_sign: $ => choice($._term, $._any_colon, ')'),

    // An arrow joins: something stands behind it.
    _terms: $ => choice($._term, seq(repeat1($.arrow), $._term)),

    _term: $ => choice($._item, $.bracketed, $.sequence),

    // `a, b`; brackets cannot be members.
    sequence: $ => prec.right(seq($._item, repeat1(seq(',', $._item)))),

    _item: $ => choice($._value, $.call),

    _value: $ => choice($._single, $.range),

    _single: $ => choice(
      $.name, $.number, $.address, $.string, $.text_block, $.variable, $.wildcard, $.numbered,
    ),

    range: $ => seq(field('low', $._single), alias($._dots, '..'), field('high', $._single)),

    // `[a, b]`, each member one value; a comma may stand behind the last one.
    bracketed: $ => seq('[', optional(seq($._value, repeat(seq(',', $._value)), optional(','))), ']'),

    // `sized(cpu = 1)`, `preview(pr: int example 42)`: no space before the parenthesis, no parentheses within.
    call: $ => seq(
      field('name', $.name),
      alias($._call_start, '('),
      optional(seq($.argument, repeat(seq(',', $.argument)), optional(','))),
      ')',
    ),

    argument: $ => repeat1(choice($._value, $.bracketed, $._any_colon, $.equals, $.arrow)),

    _any_colon: $ => choice($.colon, alias($._tight_colon, $.colon)),
    colon: $ => $._colon,
    arrow: _ => choice('->', '~>'),
    equals: _ => '=',

    string: $ => seq(
      alias($._string_start, '"'),
      repeat(choice($.string_content, $.escape, $.interpolation)),
      alias($._string_end, '"'),
    ),

    text_block: $ => seq(
      alias($._text_start, '"""'),
      repeat(choice($.string_content, $.escape, $.interpolation)),
      alias($._text_end, '"""'),
    ),

    interpolation: $ => seq(alias($._interpolation_start, '${'), $.path, token.immediate('}')),
  },
});
