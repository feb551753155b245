import { delayOptimising, LATE } from '../wasm-tiering.ts';
import { SCAN_MODULE } from './scan-module.ts';

/** The part of the standard's interface that is used here. */
interface Assembly {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
interface Global {
  readonly value: number;
}
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What the WebAssembly module of assembly/scan.ts exports. */
export interface ScanModule {
  readonly position: Global;
  readonly state: Global;
  readonly cutCount: Global;
  readonly oddCount: Global;
  setNames(path: number, fields: number, noted: number, kept: number): void;
  locate(start: number, end: number): number;
  elements(start: number, end: number, isFirst: number, rows: number, rowsEnd: number, cuts: number, cutsEnd: number): number;
  rest(start: number, end: number): number;
  compose(
    rows: number,
    count: number,
    firstCut: number,
    cuts: number,
    prefix: number,
    prefixLength: number,
    suffix: number,
    suffixLength: number,
    added: number,
    out: number,
    outEnd: number,
  ): number;
  print(start: number, end: number): bigint;
  numberTraits(start: number, end: number): number;
  numbers(rows: number, count: number, field: number, out: number): void;
  numberTexts(kinds: number, values: number, count: number, key: number, keyLength: number, table: number, out: number): void;
}

/** The module with its memory, of which it needs 64 kB for itself. */
export interface Scanning {
  readonly module: ScanModule;
  readonly memory: Memory;
  /** What the module was told to look for last. */
  shape: object | undefined;
  /** The rows that the memory still holds, with their bytes and cuts, and where. */
  placed: { readonly rows: Int32Array; readonly rowsAt: number; readonly cutsAt: number; readonly end: number } | undefined;
}

let compiled: object | undefined;
let listScanning: Scanning | undefined;
let numberScanning: Scanning | undefined;

/** The instance of the module that lists are scanned and written with. */
export function scanning(): Scanning {
  listScanning ??= instantiate();
  return listScanning;
}

/** The instance that whole documents are looked at with, at any time: the memory of the other one holds the page that is being written. */
export function scanningNumbers(): Scanning {
  numberScanning ??= instantiate();
  return numberScanning;
}

function instantiate(): Scanning {
  const assembly = (globalThis as unknown as { readonly WebAssembly: Assembly }).WebAssembly;
  compiled ??= compile(assembly);
  const memory = new assembly.Memory({ initial: 2 });
  const instance = new assembly.Instance(compiled, { env: { memory } });
  return { module: instance.exports as ScanModule, memory, shape: undefined, placed: undefined };
}

/** One page is scanned before optimising would be done. */
function compile({ Module }: Assembly): object {
  const endDelay = delayOptimising(LATE);
  try {
    return new Module(Buffer.from(SCAN_MODULE, 'base64'));
  } finally {
    endDelay();
  }
}
