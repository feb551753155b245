import { describe, expect, it } from 'vitest';
import { ManifestError, sourceFrame } from './errors.ts';

const details = { code: 'key-unknown', path: 'streams[0].nmae', message: 'There is no "nmae".', hint: 'Did you mean "name"?' };

describe('ManifestError', () => {
  it('tells path, message and hint', () => {
    expect(new ManifestError(details).message).toBe('streams[0].nmae: There is no "nmae". Did you mean "name"?');
    expect(new ManifestError({ code: 'empty', message: 'The manifest is empty.' }).message).toBe('The manifest is empty.');
  });

  it('tells the place that is found for its path, once', () => {
    const error = new ManifestError(details).located(() => ({
      fileName: 'm.yaml',
      position: { line: 4, column: 3 },
      frame: '4 | nmae: x',
    }));
    expect(error.message).toBe('m.yaml:4:3 streams[0].nmae: There is no "nmae". Did you mean "name"?\n4 | nmae: x');
    expect(error.located(() => ({ fileName: 'other.yaml' })).message).toBe(error.message);
    expect(error).toMatchObject({ code: 'key-unknown', path: 'streams[0].nmae', summary: 'There is no "nmae".' });
  });

  it('tells further errors on lines of their own', () => {
    const both = new ManifestError(details).with([new ManifestError({ code: 'key-missing', path: 'check', message: 'No type.' })]);
    expect(both.message.split('\n')).toHaveLength(2);
    expect(both.located((path) => ({ fileName: `${path}.yaml` })).message).toContain('\ncheck.yaml check: No type.');
  });

  it('tells the first hundred of many others, and how many there are', () => {
    const others = Array.from({ length: 2345 }, (_, i) => new ManifestError({ code: 'key-unknown', message: `No x${i}.` }));
    const { message } = new ManifestError(details).with(others).located(() => undefined);
    expect(message.split('\n')).toHaveLength(1 + 100 + 1);
    expect(message.split('\n').at(-1)).toBe('And 2,245 more mistakes.');
  });

  it('tells a mistake of a shared definition once, with its uses', () => {
    const place = { fileName: 'm.yaml', position: { line: 4, column: 3 } };
    const at = (index: number) => new ManifestError({ ...details, path: `streams[${index}].nmae` });
    const { message } = at(0)
      .with([1, 2, 3, 4, 5].map(at))
      .located(() => place);
    expect(message).toBe(
      'm.yaml:4:3 streams[0].nmae: There is no "nmae". Did you mean "name"? ' +
        'It is used as well at streams[1].nmae, streams[2].nmae, streams[3].nmae and 2 more places.',
    );
    const apart = at(0)
      .with([at(1)])
      .located((path) => ({ fileName: 'm.yaml', position: { line: path.length + Number(path[8]), column: 1 } }));
    expect(apart.message.split('\n')).toHaveLength(2);
  });

  it('keeps its cause', () => {
    const cause = new Error('why');
    expect(new ManifestError({ ...details, cause }).with([]).cause).toBe(cause);
  });
});

describe('sourceFrame', () => {
  it('shows the line and the one before it', () => {
    expect(sourceFrame('a: 1\r\nb: 2', { line: 2, column: 4 })).toBe('1 | a: 1\n2 | b: 2\n  |    ^');
    expect(sourceFrame('a: 1', { line: 1, column: 1 })).toBe('1 | a: 1\n  | ^');
  });

  it('cuts a long line around the column', () => {
    const [line = '', mark = ''] = sourceFrame(`${'x'.repeat(500)}!${'y'.repeat(500)}`, { line: 1, column: 501 }).split('\n');
    expect(line.length).toBeLessThan(130);
    expect(line[mark.indexOf('^')]).toBe('!');
  });
});
