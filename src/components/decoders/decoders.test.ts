import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createGuards, parseGuard } from '../../engine/guards.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { Float, type Json } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { makeZip } from '../../testing/make-zip.ts';
import { responseOf } from '../../testing/response-of.ts';

/** The documents of a body, and the message of the error that ended them. */
async function decode(
  yaml: string,
  body: Uint8Array | string,
  headers = {},
  pieceLength?: number,
): Promise<{ found: Json[]; error?: string }> {
  const found: Json[] = [];
  try {
    for await (const documents of buildFromYaml('decoder', yaml).decode(responseOf(body, headers, pieceLength))) found.push(...documents);
  } catch (error) {
    return { found, error: (error as Error).message };
  }
  return { found };
}

async function documents(yaml: string, body: Uint8Array | string, headers = {}): Promise<Json[]> {
  const { found, error } = await decode(yaml, body, headers);
  expect(error).toBeUndefined();
  expect(await decode(yaml, body, headers, 1)).toEqual({ found });
  return found;
}

describe('JsonDecoder', () => {
  const json = 'type: JsonDecoder';

  it.each<[string, Json[]]>([
    ['{"a": 1}', [{ a: 1 }]],
    ['[{"a": 1}, 2]', [{ a: 1 }, 2]],
    ['[]', [{}]],
    ['', [{}, {}]],
    ['null', [{}, {}]],
    ['not json', [{}, {}]],
    ['\ufeff{"a": "é"}', [{ a: 'é' }]],
    ['\ufeff', [{}, {}]],
    ['[NaN]', [Number.NaN]],
    [
      '{"a": 18446744073709551615, "b": [18446744073709551616]}',
      [{ a: 18446744073709551615n, b: [new Float(2 ** 64, '18446744073709551616')] }],
    ],
    ['{"a": -9223372036854775809}', [{ a: new Float(-(2 ** 63), '-9223372036854775809') }]],
  ])('%s', async (body, expected) => {
    expect(await documents(json, body)).toEqual(expected);
  });

  it('reads UTF-8 whatever the headers say', async () => {
    expect(await documents(json, '["é"]', { 'Content-Type': 'application/json; charset=iso-8859-1' })).toEqual(['é']);
    expect(await documents(json, '["é"]', { 'Content-Type': 'application/json; charset=utf-16' })).toEqual(['é']);
  });

  it('reads what is no UTF-8 by the charset of the headers, and nothing without one', async () => {
    const latin1 = Buffer.from('["é"]', 'latin1');
    const read = (charset: string): Promise<Json[]> => documents(json, latin1, { 'Content-Type': `application/json; charset=${charset}` });
    expect(await read('iso-8859-1')).toEqual(['é']);
    expect(await read('Windows-1251')).toEqual(['й']);
    for (const charset of ['utf-8', 'utf-16', 'nonsense']) expect(await read(charset)).toEqual([{}, {}]);
    expect(await documents(json, latin1)).toEqual([{}, {}]);
  });

  it('refuses JSON in an encoding that nothing tells', async () => {
    const response = responseOf(Buffer.from('["é"]', 'latin1'));
    await response.load();
    const refusal = buildFromYaml('decoder', json).refusal?.(response);
    expect(refusal).toBe('is JSON, but neither in UTF-8 nor in the charset that it states (none)');
  });

  it('gives the document as it came when a response is decoded again', async () => {
    const decoder = buildFromYaml('decoder', json);
    const response = responseOf('[{"a": 1}]');
    for await (const [first] of decoder.decode(response)) Object.assign(first as object, { a: 2 });
    for await (const again of decoder.decode(response)) expect(again).toEqual([{ a: 1 }]);
  });
});

describe('JsonlDecoder', () => {
  it('leaves out lines that are no JSON, and warns of those that are not blank', async () => {
    const warnings: string[] = [];
    const { log } = testRun();
    const run = { log: { ...log, warn: (text: unknown) => warnings.push(String(text)) } };
    const decoder = buildFromYaml('decoder', 'type: JsonlDecoder', { run });
    const found: Json[] = [];
    for await (const batch of decoder.decode(responseOf('{"a": 1}\r\n\nx{\n[1]\nNaN\n12345678901234567890123\n"last"')))
      found.push(...batch);
    expect(found).toEqual([{ a: 1 }, [1], Number.NaN, 12345678901234567890123n, 'last']);
    expect(warnings).toHaveLength(1);
  });

  it('gives the lines before one that breaks off', async () => {
    const { found, error } = await decode('type: JsonlDecoder', '{"a": 1}\n{"a": {"b": 2}');
    expect([found, error]).toEqual([[{ a: 1 }], 'The response breaks off within a line, so that what follows is missing.']);
    expect(await documents('type: JsonlDecoder', '{"a": 1}\n{"a": {"b": 2}\n{"a": 3}')).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it.each(['type: JsonlDecoder', 'type: JsonDecoder'])('%s says what a page of HTML is not', async (yaml) => {
    const decoder = buildFromYaml('decoder', yaml);
    for (const [body, refusal] of [
      ['<html><br>Maintenance</html>\n', /^is not (JSONL|JSON) \(text\/html\): "<html>/],
      [' \n', undefined],
    ] as const) {
      const response = responseOf(body, { 'Content-Type': 'text/html' });
      for await (const _documents of decoder.decode(response));
      if (refusal === undefined) expect(decoder.refusal?.(response)).toBeUndefined();
      else expect(decoder.refusal?.(response)).toMatch(refusal);
    }
  });

  it('gives the lines before one that is not UTF-8', async () => {
    const { found, error } = await decode('type: JsonlDecoder', Buffer.from('{"a": 1}\n"é"\n', 'latin1'));
    expect([found, error]).toEqual([[{ a: 1 }], 'A line of the response is not in UTF-8.']);
  });
});

describe('JsonItemsDecoder', () => {
  it('reads the items at a path in an encoding', async () => {
    const body = Buffer.from('{"d": {"users": ["é", {"a": 1}]}}', 'latin1');
    expect(await documents('{type: JsonItemsDecoder, items_path: d.users, encoding: latin-1}', body)).toEqual(['é', { a: 1 }]);
  });

  it('gives what came before a document breaks off', async () => {
    const { found, error } = await decode('{type: JsonItemsDecoder, items_path: d}', '{"d": [1, 2, {"a"');
    expect([found, error]).toEqual([[1, 2], 'The document is no JSON: it breaks off.']);
  });

  it('needs a path and an encoding that there is', () => {
    expect(() => buildFromYaml('decoder', '{type: JsonItemsDecoder, items_path: ""}')).toThrow('needs the path');
    expect(() => buildFromYaml('decoder', '{type: JsonItemsDecoder, items_path: a, encoding: nope}')).toThrow('no text encoding');
  });
});

describe('CsvDecoder', () => {
  it('makes records of rows', async () => {
    expect(await documents('type: CsvDecoder', 'a,b\r\n1,"x\r\ny"\n\n2\n3,4,5,6\n')).toEqual([
      { a: '1', b: 'x\ny' },
      { a: '2', b: null },
      { a: '3', b: '4', null: ['5', '6'] },
    ]);
  });

  it('takes no page of HTML for a table without rows', async () => {
    expect((await decode('type: CsvDecoder', '<!DOCTYPE html><html lang="en">\n<body>Maintenance')).error).toContain('a page of HTML');
  });

  it('gives the rows before one that breaks off within quotes', async () => {
    const { found, error } = await decode('type: CsvDecoder', 'a,b\n1,"2"\n3,"4');
    expect([found, error]).toEqual([[{ a: '1', b: '2' }], 'The CSV breaks off within quotes, so that what follows is missing.']);
  });

  it('takes a delimiter, also as an escape, an encoding, and texts that mean null', async () => {
    const tabs = '{type: CsvDecoder, delimiter: "\\\\t", encoding: cp1252, set_values_to_none: ["", "NULL"]}';
    expect(await documents(tabs, Buffer.from('a\tb\né\tNULL\n\t2', 'latin1'))).toEqual([
      { a: 'é', b: null },
      { a: null, b: '2' },
    ]);
    expect(await documents('{type: CsvDecoder, delimiter: "\\\\u0001"}', 'a\x01b\n1\x012')).toEqual([{ a: '1', b: '2' }]);
  });

  it('keeps the last of equal columns, and warns of them once', async () => {
    const warnings: string[] = [];
    const log = { ...testRun().log, warn: (message: string | (() => string)) => void warnings.push(String(message)) };
    const decoder = buildFromYaml('decoder', 'type: CsvDecoder', { run: { log } });
    for (let count = 0; count < 2; count += 1) {
      const [rows] = await Array.fromAsync(decoder.decode(responseOf('id,total,total,x,total,x\n1,2,3,4,5,6\n')));
      expect(rows).toEqual([{ id: '1', total: '5', x: '6' }]);
    }
    expect(warnings).toEqual([
      'Stream : the CSV has more than one column named "total", "x". Only the values of the last one are kept: ask the API for different names.',
    ]);
  });

  it('refuses what can be no delimiter and no encoding', () => {
    expect(() => buildFromYaml('decoder', '{type: CsvDecoder, delimiter: ab}')).toThrow('not one character');
    expect(() => buildFromYaml('decoder', '{type: CsvDecoder, encoding: nope}')).toThrow('no text encoding');
  });

  it('keeps a column named __proto__', async () => {
    const [record] = await documents('type: CsvDecoder', '__proto__,b\n1,2');
    expect(Object.entries(record as object)).toEqual([
      ['__proto__', '1'],
      ['b', '2'],
    ]);
  });
});

describe('IterableDecoder', () => {
  it('makes a record of each line', async () => {
    expect(await documents('type: IterableDecoder', 'a\r\nb\rc\n\nd')).toEqual(['a', 'b', 'c', '', 'd'].map((record) => ({ record })));
  });
});

describe('GzipDecoder', () => {
  const gzip = '{type: GzipDecoder, decoder: {type: JsonlDecoder}}';

  it('unpacks what is packed, also when the transport packed it once more', async () => {
    const packed = gzipSync('{"a": 1}\n');
    expect(await documents(gzip, '{"a": 1}\n')).toEqual([{ a: 1 }]);
    expect(await documents(gzip, packed)).toEqual([{ a: 1 }]);
    expect(await documents(gzip, gzipSync(packed), { 'Content-Encoding': 'gzip' })).toEqual([{ a: 1 }]);
    expect(await documents(`{type: GzipDecoder, decoder: ${gzip}}`, gzipSync(packed))).toEqual([{ a: 1 }]);
  });

  it('fails on JSON that cannot be read, unlike a JsonDecoder alone', async () => {
    expect((await decode('{type: GzipDecoder, decoder: {type: JsonDecoder}}', 'x')).error).toContain('no JSON');
  });

  it('says that what it unpacks is damaged or breaks off, or is no data at all', async () => {
    const packed = gzipSync('{"a": 1}\n'.repeat(9));
    for (const body of [packed.subarray(0, -9), Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)])])
      expect((await decode(gzip, body)).error).toContain('is damaged or breaks off');
    expect((await decode(gzip, '<html></html>')).error).toBe('What was unpacked is not JSONL: "<html></html>"');
  });

  it('takes only decoders that can be nested', () => {
    expect(() => buildFromYaml('decoder', '{type: GzipDecoder, decoder: {type: XmlDecoder}}')).toThrow('cannot be nested');
  });
});

describe('ZipfileDecoder', () => {
  it('reads the files one after the other', async () => {
    const archive = makeZip([
      { name: 'b.csv', text: 'a\n1\n' },
      { name: 'a.csv', text: 'b\n2\n3\n' },
    ]);
    expect(await documents('{type: ZipfileDecoder, decoder: {type: CsvDecoder}}', archive)).toEqual([{ a: '1' }, { b: '2' }, { b: '3' }]);
  });

  it('says which file cannot be read', async () => {
    const archive = makeZip([
      { name: 'good.json', text: '[1]' },
      { name: 'bad.json', text: '{' },
    ]);
    const { found, error } = await decode('{type: ZipfileDecoder, decoder: {type: JsonDecoder}}', archive);
    expect([found, error]).toEqual([
      [1],
      "The file bad.json in the response's zip archive cannot be read: The response is no JSON: it cannot be parsed.",
    ]);
  });

  it('says when there is no archive', async () => {
    expect((await decode('{type: ZipfileDecoder, decoder: {type: CsvDecoder}}', 'not zipped')).error).toContain('no zip archive');
  });
});

describe('XmlDecoder', () => {
  const xml = 'type: XmlDecoder';

  it.each<[string, Json]>([
    ['<a/>', { a: null }],
    ['<a x="1"> t </a>', { a: { '@x': '1', '#text': 't' } }],
    ['<a><b>1</b>x<b/><c><![CDATA[<&]]></c>y</a>', { a: { b: ['1', null], c: '<&', '#text': 'xy' } }],
    ['<?xml version="1.0" encoding="latin-1"?>\n<n:a xmlns:n="u">&lt;&#233;</n:a>', { 'n:a': { '@xmlns:n': 'u', '#text': '<é' } }],
    ['<!DOCTYPE a [<!ENTITY e "bomb">]><a>1&e;2</a>', { a: '12' }],
    ['<a><b></a>', {}],
    ['<a/><b/>', {}],
    ['<a>&unknown;</a>', {}],
    ['', {}],
  ])('%s', async (body, expected) => {
    expect(await documents(xml, body)).toEqual([expected]);
  });

  it('goes by the charset of the headers', async () => {
    expect(await documents(xml, Buffer.from('<a>é</a>', 'latin1'), { 'Content-Type': 'text/xml' })).toEqual([{ a: 'é' }]);
  });
});

describe('text in another encoding than UTF-8', () => {
  const row = { id: '1', name: 'é' };
  const formats: [string, string, Json[]][] = [
    ['type: JsonDecoder', '[{"id": "1", "name": "é"}]', [row]],
    ['type: JsonlDecoder', '{"id": "1", "name": "é"}\n', [row]],
    ['{type: JsonItemsDecoder, items_path: a}', '{"a": [{"id": "1", "name": "é"}]}', [row]],
    ['type: CsvDecoder', 'id,name\n1,é\n', [row]],
    ['{type: CsvDecoder, encoding: utf_8_sig}', 'id,name\n1,é\n', [row]],
    ['type: IterableDecoder', 'aé\n', [{ record: 'aé' }]],
    ['type: XmlDecoder', '<?xml version="1.0"?><row><id>1</id><name>é</name></row>', [{ row }]],
  ];

  it.each(formats)('is told by its byte order mark: %s', async (yaml, body, expected) => {
    for (const type of ['application/json', 'text/plain; charset=iso-8859-1', '']) {
      const headers = type === '' ? {} : { 'Content-Type': type };
      expect(await documents(yaml, `\ufeff${body}`, headers)).toEqual(expected);
      expect(await documents(yaml, Buffer.from(`\ufeff${body}`, 'utf16le'), headers)).toEqual(expected);
      expect(await documents(yaml, Buffer.from(`\ufeff${body}`, 'utf16le').swap16(), headers)).toEqual(expected);
    }
  });

  it.each(formats)('is told by the headers: %s', async (yaml, body, expected) => {
    const headers = { 'Content-Type': 'text/plain; charset=windows-1252' };
    expect(await documents(yaml, Buffer.from(body, 'latin1'), headers)).toEqual(expected);
    if (!yaml.includes('Xml')) expect(await documents(yaml, body, headers)).toEqual(expected);
  });

  it('is told by the first line of an XML document', async () => {
    const body = Buffer.from('<?xml version="1.0" encoding="windows-1251"?><a>\xe9</a>', 'latin1');
    expect(await documents('type: XmlDecoder', body, { 'Content-Type': 'text/xml' })).toEqual([{ a: 'й' }]);
    expect(await documents('type: XmlDecoder', body, { 'Content-Type': 'text/xml; charset=latin-1' })).toEqual([{ a: 'é' }]);
  });

  it('is read within what another decoder unpacks', async () => {
    const csv = gzipSync('\ufeffid,name\n1,é\n');
    expect(await documents('{type: GzipDecoder, decoder: {type: CsvDecoder}}', csv)).toEqual([row]);
  });

  it('is an error that says what to do where nothing tells it', async () => {
    const { error } = await decode('type: CsvDecoder', Buffer.from('id,name\n1,é\n', 'latin1'));
    expect(error).toBe(
      'The response cannot be read as utf-8: The text is not in utf-8. Give the decoder the encoding that it is in, if it takes one.',
    );
  });
});

it('tells which decoders stream and which a paginator may look into', () => {
  const facts = ({ streams, paginates }: Decoder): boolean[] => [streams, paginates];
  const build = (yaml: string): boolean[] => facts(buildFromYaml('decoder', yaml));
  expect(build('type: JsonDecoder')).toEqual([false, true]);
  expect(build('type: XmlDecoder')).toEqual([false, true]);
  expect(build('type: CsvDecoder')).toEqual([true, false]);
  expect(build('{type: GzipDecoder, decoder: {type: JsonDecoder}}')).toEqual([true, true]);
  expect(build('{type: GzipDecoder, decoder: {type: CsvDecoder}}')).toEqual([true, false]);
  expect(build('{type: ZipfileDecoder, decoder: {type: JsonDecoder}}')).toEqual([false, false]);
});

describe('what a decoder holds of a response that it reads while it arrives', () => {
  const long = 'x'.repeat(200);

  it.each([
    ['line', 'type: JsonlDecoder', `{"a": 1}\n"${long}"\n`],
    ['line', 'type: IterableDecoder', `a\n${long}\n`],
    ['row', 'type: CsvDecoder', `a,b\n1,2\n3,"${long}"\n`],
    ['value', '{type: JsonItemsDecoder, items_path: d}', `{"d": [1, "${long}"]}`],
    ['document', '{type: GzipDecoder, decoder: {type: JsonDecoder}}', `["${long}"]`],
  ])('is a %s of at most max_response_bytes: %s', async (part, yaml, body) => {
    const run = { guards: createGuards({}, [parseGuard('max_response_bytes=100')]) };
    const decoder = buildFromYaml('decoder', yaml, { run });
    const reading = async (): Promise<void> => {
      for await (const _documents of decoder.decode(responseOf(body, {}, 16)));
    };
    await expect(reading()).rejects.toThrow(
      `A ${part} of the response is longer than the 100 bytes that are held in memory. Raise the guard max_response_bytes`,
    );
  });
});
