import { countText } from '../lib/count-text.ts';

/** A place in the text of a manifest; line and column count from 1, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A place in a file, with the lines around it when the text is at hand. */
export interface Place {
  readonly fileName: string;
  readonly position?: Position;
  readonly frame?: string;
}

/** What an error of a manifest says. */
export interface ManifestErrorDetails {
  /** A short name in kebab case, such as `reference-undefined`, that stays the same when the wording changes. */
  readonly code: string;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** Where in the manifest, such as `streams[0].retriever.paginator`; empty for the whole of it. */
  readonly path?: string;
  /** What to do about it, as a sentence. */
  readonly hint?: string;
  readonly place?: Place;
  /** Whether the lines of the place may hold a secret, so that they are not shown. */
  readonly isSecret?: boolean;
  /** Further errors found along with this one; the first hundred are told. */
  readonly others?: readonly ManifestError[];
  /** How many more errors there are than `others` holds. */
  readonly untold?: number;
  /** Further paths that lead to the same place of the text, as those of a shared definition do. */
  readonly uses?: readonly string[];
  readonly cause?: unknown;
}

/** Errors that are told beside the first; finding the place of each of thousands would take minutes, and nobody reads them. */
const MOST_OTHERS = 100;

/** Something is wrong with a manifest; the message says what, where and how to mend it. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly code: string;
  readonly path: string;
  /** The sentence without place and hint. */
  readonly summary: string;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly isSecret: boolean;
  readonly others: readonly ManifestError[];
  /** How many errors were found beyond `others`. */
  readonly untold: number;
  readonly uses: readonly string[];

  constructor({
    code,
    message,
    path = '',
    hint,
    place: given,
    isSecret = false,
    others: all = [],
    untold: before = 0,
    uses = [],
    cause,
  }: ManifestErrorDetails) {
    const place = isSecret ? withoutFrame(given) : given;
    const others = all.slice(0, MOST_OTHERS);
    const untold = before + all.length - others.length;
    super(compose({ message, path, hint, place, others, untold, uses }), cause === undefined ? {} : { cause });
    this.code = code;
    this.path = path;
    this.summary = message;
    this.hint = hint;
    this.place = place;
    this.isSecret = isSecret;
    this.others = others;
    this.untold = untold;
    this.uses = uses;
  }

  /** The same error, told together with further ones. */
  with(others: readonly ManifestError[]): ManifestError {
    return new ManifestError({ ...this.details(), others: [...this.others, ...others] });
  }

  /** The same error, told with where the values come from that the component is made of. */
  madeOf(origin: string): ManifestError {
    const made = `It is made of ${origin}.`;
    if (this.hint?.includes(made) === true) return this;
    return new ManifestError({ ...this.details(), hint: this.hint === undefined ? made : `${this.hint} ${made}` });
  }

  /**
   * The same error, told with the places in the file that the finder knows for the paths of this one and its companions. Those that say the
   * same of one place, which is a shared definition then, are told once with all of their paths.
   */
  located(find: (path: string) => Place | undefined): ManifestError {
    const place = this.place ?? find(this.path);
    const own = new ManifestError({ ...this.details(), others: [], ...(place === undefined ? {} : { place }) });
    const [first = own, ...others] = joinSame([own, ...this.others.map((other) => other.located(find))]);
    return new ManifestError({ ...first.details(), others });
  }

  /** The same error, told with further paths that lead to its place. */
  alsoAt(paths: readonly string[]): ManifestError {
    return paths.length === 0 ? this : new ManifestError({ ...this.details(), uses: [...this.uses, ...paths] });
  }

  private details(): ManifestErrorDetails {
    return {
      code: this.code,
      message: this.summary,
      path: this.path,
      isSecret: this.isSecret,
      others: this.others,
      untold: this.untold,
      uses: this.uses,
      cause: this.cause,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.place === undefined ? {} : { place: this.place }),
    };
  }
}

function joinSame(errors: readonly ManifestError[]): ManifestError[] {
  const groups = new Map<string, ManifestError[]>();
  for (const [index, error] of errors.entries()) {
    const { place, summary } = error;
    const key = place?.position === undefined ? String(index) : `${placeText(place)} ${summary}`;
    groups.set(key, [...(groups.get(key) ?? []), error]);
  }
  return [...groups.values()].map(([first, ...same]) => (first as ManifestError).alsoAt(same.map(({ path }) => path)));
}

function withoutFrame(place: Place | undefined): Place | undefined {
  if (place === undefined) return undefined;
  const { frame: _, ...rest } = place;
  return rest;
}

/** The place as editors understand it: `manifest.yaml:41:9`. */
export function placeText({ fileName, position }: Place): string {
  return position === undefined ? fileName : `${fileName}:${position.line}:${position.column}`;
}

/** The line of a place with the one before it, numbered, and a `^` under the column; long lines are cut around the column. */
export function sourceFrame(text: string, { line, column }: Position): string {
  const lines = text.split(/\r\n|\n|\r/);
  const width = String(line).length;
  const start = column > 100 ? column - 60 : 0;
  const shown = (number: number): string => `${String(number).padStart(width)} | ${(lines[number - 1] ?? '').slice(start, start + 120)}`;
  const before = line > 1 && start === 0 ? [shown(line - 1)] : [];
  return [...before, shown(line), `${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1 - start))}^`].join('\n');
}

/** Further uses of a definition that are named. */
const MOST_USES = 3;

/** What a message is made of. */
interface Told {
  readonly message: string;
  readonly path: string;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly others: readonly ManifestError[];
  readonly untold: number;
  readonly uses: readonly string[];
}

function compose({ message, path, hint, place, others, untold, uses }: Told): string {
  const where = [place === undefined ? '' : placeText(place), path].filter((part) => part !== '').join(' ');
  const sentence = [message, hint, usesText(uses)].filter((part) => part !== undefined).join(' ');
  const lines = [where === '' ? sentence : `${where}: ${sentence}`];
  if (place?.frame !== undefined) lines.push(place.frame);
  return [...lines, ...others.map((other) => other.message), ...(untold > 0 ? [`And ${countText(untold)} more mistakes.`] : [])].join('\n');
}

function usesText(uses: readonly string[]): string | undefined {
  if (uses.length === 0) return undefined;
  const more = uses.length - MOST_USES;
  return `It is used as well at ${uses.slice(0, MOST_USES).join(', ')}${more > 0 ? ` and ${more} more places` : ''}.`;
}
