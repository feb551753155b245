import { compileGlob, isGlob } from './glob.ts';
import { Float, type Json, type JsonObject } from './json.ts';
import { asPropertyName, setOwnProperty } from './objects.ts';

/** Raised for a path that matches more than it may, or that leads through a value that holds nothing. */
export class DpathError extends Error {
  override readonly name = 'DpathError';
}

/** A path into a document, compiled once: keys and globs (`*`, `?`, `[ab]`, `**`) as text, list indexes as integers. */
export interface Dpath {
  /** Whether each segment is exactly `*` or names one thing. */
  readonly hasStar: boolean;
  /** The value at the path, the document itself for an empty path; undefined when there is none. Throws DpathError when several match. */
  get(document: Json): Json | undefined;
  /** Every value that the path matches. */
  values(document: Json): Json[];
  /** Removes every match and gives their number; items of lists become null unless they are the last. */
  remove(document: Json): number;
  /** Puts a value in the place of every match and gives their number; what is missing is not created. */
  replace(document: Json, value: Json): number;
  /** A document without the lists that the path matches; what lies on the way is copied, the rest shared. */
  withoutLists(document: Json): Json;
}

/** What one segment matches: in objects a key, in lists an index. */
interface Step {
  /** The one key that matches; undefined when a pattern, or no key at all, does. */
  readonly key: string | undefined;
  /** The one index that matches, negative ones counted from the end. */
  readonly index: number | undefined;
  /** The keys, or indexes as text, that match. */
  readonly pattern: RegExp | undefined;
}

/** A container and the key of one of its values. */
interface Place {
  readonly parent: Container;
  readonly key: string | number;
}

type Container = Json[] | JsonObject;

/** A key on the way into a document; `length` is that of the list it is an index of. */
interface PathKey {
  readonly key: string | number;
  readonly length: number;
}

type Path = readonly PathKey[];

const ANY_DEPTH = '**';
const LARGEST_INDEX = 1_000_000;

/** Compiles a path; a segment that is neither text nor a number matches nothing. */
// parity: dpath/segments.py:match
export function compileDpath(segments: readonly unknown[]): Dpath {
  const hasStar = segments.includes('*');
  const deep = segments.includes(ANY_DEPTH);
  if (!deep) {
    const steps = segments.map(compileStep);
    const literal = steps.every((step) => step.pattern === undefined);
    return {
      hasStar,
      get: literal ? (document) => follow(document, steps) : (document) => onlyValue(segments, valuesAt(document, steps)),
      values: (document) => valuesAt(document, steps),
      remove: (document) => removePlaces(placesAt(document, steps)),
      replace: (document, value) => replacePlaces(placesAt(document, steps), value),
      withoutLists: (document) => dropLists(document, steps, 0),
    };
  }
  const matches = compileDeepMatch(segments);
  const find = (document: Json): Json[] => {
    const found: Json[] = [];
    walk(document, [], (path, value) => {
      if (matches(path)) found.push(value);
    });
    return found;
  };
  return {
    hasStar,
    get: (document) => onlyValue(segments, find(document)),
    values: find,
    remove: (document) => removeWhere(document, matches),
    replace: (document, value) => replaceWhere(document, matches, value),
    withoutLists: (document) => dropDeepLists(document, matches, []),
  };
}

/** Removes every leaf (a value that is neither an object nor a list) for which the test holds, wherever it is; gives their number. */
// parity: dpath/__init__.py:delete (afilter)
export function removeLeaves(document: Json, test: (value: Json) => boolean): number {
  return removeWhere(document, (_path, value) => !isContainer(value) && test(value));
}

/** Sets a value at a path of texts, creating what is missing on the way; compiled once for all documents. */
// parity: dpath/__init__.py:new
export function compileSetter(names: readonly string[]): (document: JsonObject, value: Json) => void {
  const path = names.map(asPropertyName);
  const last = path.length - 1;
  const name = path[last] as string;
  if (last === 0 && name === '__proto__') return (document, value) => setOwnProperty(document, name, value);
  if (last === 0) {
    return (document, value) => {
      document[name] = value;
    };
  }
  const isIndex = path.map((segment) => /^[0-9]+$/.test(segment));
  return (document, value) => {
    let current: Container = document;
    for (let i = 0; i < last; i += 1) {
      let next = read(current, path[i] as string);
      if (next === undefined) {
        next = isIndex[i + 1] ? [] : {};
        write(current, path[i] as string, next);
      }
      if (!isContainer(next)) throw new DpathError(`${path.slice(0, i + 1).join('.')} holds a value that nothing can be added to`);
      current = next;
    }
    write(current, name, value);
  };
}

/** Whether a value is an object or a list. */
export function isContainer(value: Json | undefined): value is Container {
  return typeof value === 'object' && value !== null && !(value instanceof Float);
}

function read(container: Container, segment: string): Json | undefined {
  if (!Array.isArray(container)) return Object.hasOwn(container, segment) ? container[segment] : undefined;
  return /^[0-9]+$/.test(segment) ? container[Number(segment)] : undefined;
}

function write(container: Container, segment: string, value: Json): void {
  if (!Array.isArray(container)) {
    setOwnProperty(container, segment, value);
    return;
  }
  if (!/^[0-9]+$/.test(segment)) throw new DpathError(`"${segment}" is no index of a list`);
  const index = Number(segment);
  if (index > LARGEST_INDEX)
    throw new DpathError(`${segment} is beyond the largest index that a list can be extended to (${LARGEST_INDEX})`);
  while (container.length < index) container.push(null);
  container[index] = value;
}

function compileStep(segment: unknown): Step {
  const index = integerOf(segment);
  if (typeof segment !== 'string') return { key: undefined, index, pattern: undefined };
  return isGlob(segment) ? { key: undefined, index, pattern: compileGlob(segment) } : { key: segment, index, pattern: undefined };
}

/** The index that Python's int() makes of a segment; undefined when it refuses. */
function integerOf(segment: unknown): number | undefined {
  if (typeof segment === 'string') return /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(segment) ? Number(segment.replaceAll('_', '')) : undefined;
  const value = segment instanceof Float ? segment.value : segment;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined;
}

function indexIn(list: readonly Json[], step: Step): number {
  if (step.index === undefined) return -1;
  const index = step.index < 0 ? step.index + list.length : step.index;
  return index < list.length ? index : -1;
}

function follow(document: Json, steps: readonly Step[]): Json | undefined {
  let value: Json | undefined = document;
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i] as Step;
    if (!isContainer(value)) return undefined;
    if (Array.isArray(value)) {
      const index = indexIn(value, step);
      if (index < 0) return undefined;
      value = value[index];
    } else {
      if (step.key === undefined || !Object.hasOwn(value, step.key)) return undefined;
      value = value[step.key];
    }
  }
  return value;
}

/** The keys of a container that a step matches, in its order. */
function matchingKeys(container: Container, step: Step): (string | number)[] {
  const { pattern } = step;
  if (Array.isArray(container)) {
    if (pattern !== undefined) return [...container.keys()].filter((index) => pattern.test(String(index)));
    const index = indexIn(container, step);
    return index < 0 ? [] : [index];
  }
  if (pattern !== undefined) return Object.keys(container).filter((key) => pattern.test(key));
  return step.key !== undefined && Object.hasOwn(container, step.key) ? [step.key] : [];
}

function child(container: Container, key: string | number): Json {
  return (container as JsonObject)[key] as Json;
}

function placesAt(document: Json, steps: readonly Step[]): Place[] {
  const found: Place[] = [];
  const visit = (value: Json, depth: number): void => {
    if (!isContainer(value)) return;
    for (const key of matchingKeys(value, steps[depth] as Step)) {
      if (depth === steps.length - 1) found.push({ parent: value, key });
      else visit(child(value, key), depth + 1);
    }
  };
  if (steps.length > 0) visit(document, 0);
  return found;
}

function valuesAt(document: Json, steps: readonly Step[]): Json[] {
  return placesAt(document, steps).map(({ parent, key }) => child(parent, key));
}

function onlyValue(segments: readonly unknown[], found: readonly Json[]): Json | undefined {
  if (found.length > 1) throw new DpathError(`The path ${JSON.stringify(segments)} matches more than one value`);
  return found[0];
}

function removePlaces(places: readonly Place[]): number {
  let removed = 0;
  for (const { parent, key } of places) {
    if (Array.isArray(parent) && (key as number) >= parent.length) continue;
    removeFrom(parent, key);
    removed += 1;
  }
  return removed;
}

function removeFrom(parent: Container, key: string | number): void {
  if (!Array.isArray(parent)) delete parent[key];
  else if (key === parent.length - 1) parent.pop();
  else parent[key as number] = null;
}

function removeWhere(document: Json, test: (path: Path, value: Json) => boolean): number {
  const pairs: { path: Path; value: Json }[] = [];
  walk(document, [], (path, value) => pairs.push({ path, value }));
  let removed = 0;
  for (const { path, value } of pairs) {
    const parent = parentOf(document, path);
    if (parent === undefined || !test(path, value)) continue;
    removeFrom(parent, (path.at(-1) as PathKey).key);
    removed += 1;
  }
  return removed;
}

// parity: dpath/__init__.py:set
function replacePlaces(places: readonly Place[], value: Json): number {
  for (const { parent, key } of places) setOwnProperty(parent as JsonObject, String(key), value);
  return places.length;
}

function replaceWhere(document: Json, test: (path: Path) => boolean, value: Json): number {
  const paths: Path[] = [];
  walk(document, [], (path) => paths.push(path));
  return paths.filter((path) => {
    const parent = parentOf(document, path);
    return parent !== undefined && test(path) && replacePlaces([{ parent, key: (path.at(-1) as PathKey).key }], value) > 0;
  }).length;
}

/** The container that still holds the path's last key. */
function parentOf(document: Json, path: Path): Container | undefined {
  let value: Json | undefined = document;
  for (let i = 0; i < path.length; i += 1) {
    const { key } = path[i] as PathKey;
    if (!isContainer(value) || !Object.hasOwn(value, key)) return undefined;
    if (i === path.length - 1) return value;
    value = child(value, key);
  }
  return undefined;
}

/** Visits all values below a document: first those of one container, then those below each of them. */
// parity: dpath/segments.py:walk
function walk(value: Json, path: Path, visit: (path: Path, value: Json) => void): void {
  if (!isContainer(value)) return;
  const entries = entriesOf(value, path);
  for (const [key, at] of entries) visit(at, child(value, key));
  for (const [key, at] of entries) walk(child(value, key), at, visit);
}

function entriesOf(container: Container, path: Path): [key: string | number, at: Path][] {
  if (Array.isArray(container)) return container.map((_item, key) => [key, [...path, { key, length: container.length }]]);
  return Object.keys(container).map((key) => [key, [...path, { key, length: 0 }]]);
}

/** Whether a path fits a pattern in which one `**` stands for any number of segments; with two of them it throws DpathError when it is used. */
function compileDeepMatch(segments: readonly unknown[]): (path: Path) => boolean {
  const at = segments.indexOf(ANY_DEPTH);
  if (segments.lastIndexOf(ANY_DEPTH) !== at) {
    return () => {
      throw new DpathError(`Only one "**" is possible in a path: ${JSON.stringify(segments)}`);
    };
  }
  const before = segments.slice(0, at).map(compileStep);
  const after = segments.slice(at + 1).map(compileStep);
  return (path) => {
    if (path.length < before.length + after.length) return false;
    const offset = path.length - after.length;
    return before.every((step, i) => fits(path[i], step)) && after.every((step, i) => fits(path[offset + i], step));
  };
}

function fits(at: PathKey | undefined, step: Step): boolean {
  if (at === undefined) return false;
  if (step.pattern !== undefined) return step.pattern.test(String(at.key));
  if (typeof at.key === 'string') return step.key === at.key;
  return step.index === at.key || (step.index !== undefined && step.index + at.length === at.key);
}

function dropLists(value: Json, steps: readonly Step[], depth: number): Json {
  if (!isContainer(value) || steps.length === 0) return value;
  const keys = matchingKeys(value, steps[depth] as Step);
  if (depth < steps.length - 1) return replaceValues(value, keys, (item) => dropLists(item, steps, depth + 1));
  return withoutKeys(value, new Set(keys.filter((key) => Array.isArray(child(value, key)))));
}

function dropDeepLists(value: Json, matches: (path: Path) => boolean, path: Path): Json {
  if (!isContainer(value)) return value;
  const entries = new Map(entriesOf(value, path));
  const dropped = new Set([...entries].filter(([key, at]) => Array.isArray(child(value, key)) && matches(at)).map(([key]) => key));
  const kept = [...entries.keys()].filter((key) => !dropped.has(key));
  return withoutKeys(
    replaceValues(value, kept, (item, key) => dropDeepLists(item, matches, entries.get(key) ?? [])),
    dropped,
  );
}

function replaceValues(
  container: Container,
  keys: readonly (string | number)[],
  change: (item: Json, key: string | number) => Json,
): Container {
  const copy: Container = Array.isArray(container) ? [...container] : { ...container };
  for (const key of keys) setOwnProperty(copy as JsonObject, String(key), change(child(container, key), key));
  return copy;
}

function withoutKeys(container: Container, keys: ReadonlySet<string | number>): Container {
  if (Array.isArray(container)) return container.filter((_item, index) => !keys.has(index));
  return Object.fromEntries(Object.entries(container).filter(([key]) => !keys.has(key)));
}
