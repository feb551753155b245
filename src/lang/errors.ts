import { PythonError, type PythonErrorType } from './values.ts';

/** Where in a template something is: an offset into its text, in UTF-16 units. */
export type Position = number;

/** A mistake in the text of a template, found before it runs; `at` is the offset of the offending token. */
export class TemplateSyntaxError extends PythonError {
  readonly at: Position;

  constructor(message: string, at: Position, type: PythonErrorType = 'TemplateSyntaxError') {
    super(type, message);
    this.at = at;
  }
}

/** An error of a template, told with the template, the column and the place in the manifest it comes from. */
export class TemplateError extends PythonError {
  readonly template: string;
  /** One-based column of the cause within its line, when it is known. */
  readonly column: number | undefined;
  /** One-based line of the cause, when it is known. */
  readonly line: number | undefined;
  /** The place in the manifest the template stands at. */
  readonly path: string | undefined;
  /** What went wrong, without its place. */
  readonly reason: string;

  constructor(cause: PythonError, template: string, at: Position | undefined, path: string | undefined) {
    const place = at === undefined ? undefined : locate(template, at);
    super(cause.type, describe(cause, template, place, path));
    this.cause = cause;
    this.reason = cause.message;
    this.template = template;
    this.line = place?.line;
    this.column = place?.column;
    this.path = path;
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const SHOWN = 160;

function locate(template: string, at: Position): Place {
  const lines = template.slice(0, at).split(/\r\n|\r|\n/);
  const before = lines.at(-1) ?? '';
  const rest = template.slice(at).split(/\r\n|\r|\n/, 1)[0] ?? '';
  return { line: lines.length, column: before.length + 1, text: before + rest };
}

function describe(cause: PythonError, template: string, place: Place | undefined, path: string | undefined): string {
  const where = path === undefined ? '' : ` (at ${path})`;
  const head = `${cause.type}: ${cause.message}${where}`;
  if (place === undefined) return `${head}\n  ${excerpt(template, 0).text}`;
  const shown = excerpt(place.text, place.column - 1);
  return `${head}\n  line ${place.line}, column ${place.column}\n  ${shown.text}\n  ${' '.repeat(shown.offset)}^`;
}

/** Cuts a long line down to the part around an offset. */
function excerpt(line: string, offset: number): { text: string; offset: number } {
  if (line.length <= SHOWN) return { text: line, offset };
  const start = Math.max(0, Math.min(offset - SHOWN / 2, line.length - SHOWN));
  return { text: line.slice(start, start + SHOWN), offset: offset - start };
}
