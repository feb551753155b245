import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';
import { compileJsonPath } from './json-path.ts';

const DOCUMENT = parseJson(`{
  "data": [{"id": 1, "v": {"x": 5}}, {"id": 2}, {"id": "3", "v": null}],
  "meta": {"next": "u", "a-b": 3, "a.b": 4, "total": 0},
  "o": {"k": 1, "l": [7, 8]},
  "text": "txt",
  "none": null,
  "many-results": [],
  "@odata.nextLink": "n",
  "0": "zero"
}`);

function find(path: string, document = DOCUMENT): string {
  return JSON.stringify(compileJsonPath(path).find(document));
}

describe('a JSONPath', () => {
  it.each([
    ['meta.next', '["u"]'],
    ['$.meta.next', '["u"]'],
    [' meta.total ', '[0]'],
    ["meta['next']", '["u"]'],
    ["$['meta']['next']", '["u"]'],
    ['meta.a-b', '[3]'],
    ["meta.'a.b'", '[4]'],
    ['meta."a.b"', '[4]'],
    ["'@odata.nextLink'", '["n"]'],
    ['@odata.nextLink', '[]'],
    ['many-results', '[[]]'],
    ['0', '["zero"]'],
    ['missing', '[]'],
    ['none', '[null]'],
    ['none.x', '[]'],
    ['text.x', '[]'],
    ['data.id', '[]'],
  ])('%s leads to a place by its name', (path, expected) => {
    expect(find(path)).toBe(expected);
  });

  it.each([
    ['data[*].id', '[1,2,"3"]'],
    ['data.*.id', '[1,2,"3"]'],
    ['data.[*].id', '[1,2,"3"]'],
    ['o.*', '[1,[7,8]]'],
    ['o[*]', '[1,[7,8]]'],
    ['text[*]', '[]'],
    ['data[0].v.x', '[5]'],
    ['data[-1].id', '["3"]'],
    ['data[5]', '[]'],
    ['o[0]', '[]'],
    ['data[1,2].id', '[2,"3"]'],
    ['data[0:2].id', '[1,2]'],
    ['data[-2:].id', '[2,"3"]'],
    ['data[::-1].id', '["3",2,1]'],
    ['data[::2].id', '[1,"3"]'],
    ['meta.next,total', '["u",0]'],
    ['meta[next,total]', '["u",0]'],
    ['o.k|meta.next', '[1,"u"]'],
    ['$..id', '[1,2,"3"]'],
    ['data..x', '[5]'],
    ['o..*', '[1,[7,8],7,8]'],
  ])('%s leads to several', (path, expected) => {
    expect(find(path)).toBe(expected);
  });

  it.each([
    ['data[?(@.id > 1)].id', '[2]'],
    ["data[?(@.id == '3')].id", '["3"]'],
    ['data[?(@.id = 1)].id', '[1]'],
    ['data[?(@.id != 1)].id', '[2,"3"]'],
    ['data[?(@.id >= 1 & @.id <= 1)].id', '[1]'],
    ['data[?(@.id < 2)].id', '[1]'],
    ['data[?(@.v)].id', '[1,"3"]'],
    ['data[?@.v.x==5].id', '[1]'],
    ["data[?(@['id'] == 2)].id", '[2]'],
    ["data[?(@.id =~ '[0-9]')].id", '["3"]'],
    ['data[?(@.id == true)].id', '[]'],
    ['$[?(@.k == 1)].l', '[[7,8]]'],
  ])('%s keeps what a filter lets pass', (path, expected) => {
    expect(find(path)).toBe(expected);
  });

  it('looks into a list at the top', () => {
    const list = [{ id: 1 }, { id: 2, next: 9 }];
    expect(find('$', list)).toBe('[[{"id":1},{"id":2,"next":9}]]');
    expect(find('[*].id', list)).toBe('[1,2]');
    expect(find('next', list)).toBe('[]');
  });

  it('compares numbers of any size and writing', () => {
    const document = parseJson('{"items": [{"n": 1.0}, {"n": 90071992547409931}]}');
    expect(find('items[?(@.n == 1)]', document)).toBe('[{"n":1.0}]');
    expect(find('items[?(@.n > 5)].n', document)).toBe('[90071992547409931]');
  });

  it('tells its keys when it leads to one place', () => {
    expect(compileJsonPath("$.a['b.c'][0]").keys).toEqual(['a', 'b.c', 0]);
    expect(compileJsonPath('$').keys).toEqual([]);
    expect(compileJsonPath('a[*]').keys).toBeUndefined();
    expect(compileJsonPath('a,b').keys).toBeUndefined();
    expect(compileJsonPath('a|b').keys).toBeUndefined();
    expect(compileJsonPath('$.a').first({ a: 1 })).toBe(1);
  });

  it.each([
    ['', 'a name is missing at column 1'],
    ['a b', '"b" is not expected at column 3'],
    ['a.', 'a name is missing at column 3'],
    ['..a', 'a name is missing at column 1'],
    ['a[', 'a name, an index, a slice or a filter is missing at column 3'],
    ['a[0', '"]" is missing at column 4'],
    ['a[::0]', 'a slice cannot go by 0'],
    ['a[?(@.b == x)]', 'a text, a number, true or false is missing'],
    ['a.`len`', 'a name is missing at column 3'],
    ['mé', '"é" is not expected at column 2'],
  ])('%j is refused', (path, message) => {
    expect(() => compileJsonPath(path)).toThrow(message);
  });
});
