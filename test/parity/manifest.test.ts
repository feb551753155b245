import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, parseJson, stringifyJson } from '../../src/lib/json.ts';
import { defaultTypes } from '../../src/manifest/default-types.ts';
import { ManifestError } from '../../src/manifest/errors.ts';
import { processManifest } from '../../src/manifest/index.ts';
import { loadManifest } from '../../src/manifest/load.ts';
import { propagateParameters } from '../../src/manifest/parameters.ts';
import { prepareManifest } from '../../src/manifest/prepare.ts';
import { resolveReferences } from '../../src/manifest/refs.ts';
import { addSourceType } from '../../src/manifest/source.ts';
import { corpusLines, sharedPath } from './shared.ts';

interface Line extends JsonObject {
  op: string;
  input: JsonObject;
}

const lines = corpusLines('units/manifest.jsonl') as Line[];
const realCases = sharedPath('conformance/cases/real');

function preProcess(manifest: JsonObject): JsonObject {
  return propagateParameters(resolveReferences(addSourceType(manifest)), defaultTypes);
}

async function run(line: Line): Promise<Json> {
  switch (line.op) {
    case 'resolve_references':
      return resolveReferences(line.input);
    case 'propagate':
      return propagateParameters(line.input, defaultTypes, {
        field: line['field'] as string,
        parameters: line['parent_parameters'] as JsonObject,
        outerWins: line['use_parent_parameters'] === true,
      });
    case 'pre_process':
      return preProcess(line.input);
    case 'pre_process_file': {
      const file = sharedPath(`units/manifests/${String(line['name'])}.manifest.yaml`) as string;
      return preProcess((await loadManifest(readFileSync(file, 'utf8'), file)).manifest);
    }
    default:
      throw new Error(`unknown operation ${line.op}`);
  }
}

function expected(line: Line): Json {
  if (line.op !== 'pre_process_file') return line['expected'] as Json;
  return parseJson(readFileSync(sharedPath(`units/${String(line['expected_file'])}`) as string, 'utf8'));
}

describe.skipIf(lines.length === 0)('manifests against the reference', () => {
  it.each(lines.map((line, index) => [index + 1, line] as const))('line %d', async (_number, line) => {
    const input = stringifyJson(line.input);
    if (line['error'] === true) {
      await expect(run(line)).rejects.toThrow(ManifestError);
    } else {
      expect(stringifyJson(await run(line))).toBe(stringifyJson(expected(line)));
    }
    expect(stringifyJson(line.input)).toBe(input);
  });
});

describe.skipIf(realCases === undefined)('published manifests', () => {
  const folder = realCases ?? '';
  const files = realCases === undefined ? [] : readdirSync(folder);

  it.each(files)('%s is prepared, and stays what it is when stored', async (file) => {
    const { manifest } = parseJson(readFileSync(path.join(folder, file), 'utf8')) as { manifest: JsonObject };
    const text = stringifyJson(manifest);
    const prepared = await prepareManifest(text, file);
    expect(stringifyJson(manifest)).toBe(text);
    expect(parseJson(stringifyJson(prepared.manifest))).toEqual(prepared.manifest);
    expect(processManifest(manifest)).toEqual(prepared.manifest);
  });
});
