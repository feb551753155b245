import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/** What a piece needs of others and of Node, and what it gives. */
const IMPORT = /(?<=^|[;}\n])import(?:(?: ([\w$]+) |\*as ([\w$]+) |\{([^{}]*)\}| ([\w$]+),\{([^{}]*)\})from)?"([^"]+)";/g;
const EXPORT = /export\{([^{}]*)\};?\s*$/;
const SOURCE_MAP = /\n\/\/# sourceMappingURL=.*\s*$/;
const LOADS_PIECE = /(?<![\w$.])import\("\.\/([\w-]+\.js)"\)/g;
const LOADS_OTHER = /(?<![\w$.])import\(/g;

/** A piece as a function of what the launcher hands it; its second line has every letter where the source map of the piece has it. */
interface Piece {
  readonly code: string;
  readonly header: string;
}

/** Pieces in a folder that go to files of another. */
interface Packing {
  readonly from: string;
  readonly to: string;
  readonly metafile: Metafile;
  /** The file that a piece goes to. */
  readonly packOf: (piece: string) => string;
  readonly entry: string;
}

/**
 * Puts the pieces that a bundle was split into together in few files, each of which is a function that takes the table of pieces and adds its
 * own: a command then reads only what it needs, in few reads. Pieces are bound to each other when they run, by plain constants. The file of the piece
 * `entry` also gives the table of where the others lie. Throws Error where a piece is not as expected.
 */
export function packPieces({ from, to, metafile, packOf, entry }: Packing): void {
  const pieces = Object.keys(metafile.outputs)
    .map((file) => path.basename(file))
    .filter((name) => name.endsWith('.js'));
  // Constants cannot be bound before they are there.
  for (const name of pieces) if (piecesBefore(name, metafile).has(name)) throw new Error(`${name} needs itself to run`);
  const packs = Map.groupBy(pieces, packOf);
  const places = Object.fromEntries(pieces.map((name) => [name, packOf(name)]));
  for (const [pack, names] of packs) {
    const lines = ['(function(pieces,places){'];
    if (names.includes(entry)) lines.push(`Object.assign(places,${JSON.stringify(places)});`);
    const sections: object[] = [];
    for (const name of names) {
      const { header, code } = piece(name, readFileSync(path.join(from, name), 'utf8'), metafile);
      lines.push(`pieces[${JSON.stringify(name)}]=function($exports,require,$link,$piece,$other){${header}`);
      sections.push({ offset: { line: lineCount(lines), column: 0 }, map: sourceMap(path.join(from, name)) });
      lines.push(code);
    }
    lines.push('})', `//# sourceMappingURL=${pack}.map`, '');
    writeFileSync(path.join(to, pack), lines.join('\n'));
    writeFileSync(path.join(to, `${pack}.map`), JSON.stringify({ version: 3, sections }));
  }
}

function lineCount(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.split('\n').length, 0);
}

function sourceMap(file: string): object {
  return JSON.parse(readFileSync(`${file}.map`, 'utf8')) as object;
}

function piece(name: string, text: string, metafile: Metafile): Piece {
  // The launcher reads files as Latin-1, which is quicker; esbuild escapes texts, but not regular expressions.
  const [letter] = /[^\0-\x7f].{0,20}/.exec(text) ?? [];
  if (letter !== undefined) throw new Error(`${name} holds letters beyond ASCII, which a regular expression must escape: ${letter}`);
  const bindings: string[] = [];
  const asked = new Set<string>();
  const body = text.replace(SOURCE_MAP, '').replace(IMPORT, (statement, one, all, some, first, others, from: string) => {
    asked.add(from);
    const source = from.startsWith('./') ? `$link(${JSON.stringify(from.slice(2))})` : `require(${JSON.stringify(from)})`;
    for (const whole of [one, all, first]) if (whole !== undefined) bindings.push(`const ${whole}=${source};`);
    for (const names of [some, others]) {
      if (names !== undefined) bindings.push(`const {${names.replaceAll(/ as /g, ':')}}=${source};`);
    }
    if (statement.startsWith('import"')) bindings.push(`${source};`);
    return ' '.repeat(statement.length);
  });
  const expected = statedImports(name, metafile);
  if (expected.symmetricDifference(asked).size > 0) {
    throw new Error(`${name} imports ${[...expected].join(', ')}, and statements were found for ${[...asked].join(', ')}`);
  }
  const [statement = '', given = ''] = EXPORT.exec(body) ?? [];
  const rest = body.slice(0, body.length - statement.length);
  if (/(?:^|[;}\n])export[ {]/.test(rest)) throw new Error(`${name} has an export that is not its last statement`);
  const exported = given
    .split(',')
    .filter((one) => one !== '')
    .map((one) => one.split(' as '))
    .map(([local, as = local]) => `${as}:${local}`);
  return {
    header: `"use strict";${bindings.join('')}`,
    code: `${rest.replace(LOADS_PIECE, '$piece("./$1")').replace(LOADS_OTHER, '$other(')};Object.assign($exports,{${exported.join(',')}});};`,
  };
}

/** The pieces that run before a piece does, by what it imports; itself only if it needs itself. */
export function piecesBefore(name: string, metafile: Metafile): Set<string> {
  const found = new Set<string>();
  const visit = (piece: string): void => {
    for (const from of statedImports(piece, metafile)) {
      const next = from.slice('./'.length);
      if (!from.startsWith('./') || found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(name);
  return found;
}

/** What the build says that a piece imports by statements, with the names of pieces as they stand in it. */
function statedImports(name: string, metafile: Metafile): Set<string> {
  const [, output] = Object.entries(metafile.outputs).find(([file]) => path.basename(file) === name) ?? [];
  const stated = (output?.imports ?? []).filter(({ kind }) => kind === 'import-statement');
  return new Set(stated.map(({ path: place, external }) => (external === true ? place : `./${path.basename(place)}`)));
}
