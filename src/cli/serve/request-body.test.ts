import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import { checkBody, unreadableBody } from './request-body.ts';

const GOOD = { manifest: {}, config: {}, stream_name: 'items' };

function problems(value: unknown): unknown {
  const checked = checkBody('test_read', value);
  return 'problems' in checked ? checked.problems.map(({ type, loc, input }) => ({ type, at: loc.slice(1).join('.'), input })) : [];
}

describe('the body of a test read', () => {
  it('has the bounds of a small read when it states none', () => {
    expect(checkBody('test_read', GOOD)).toMatchObject({ body: { ...GOOD, state: [], record_limit: 100, page_limit: 5, slice_limit: 5 } });
  });

  it('may state its numbers as texts, with a fraction of 0, or as nothing else', () => {
    const body = parseJson(
      '{"manifest": {}, "config": {}, "stream_name": "a", "record_limit": "5", "page_limit": 5.0, "slice_limit": true}',
    );
    expect(checkBody('test_read', body)).toMatchObject({ body: { record_limit: 5, page_limit: 5, slice_limit: 1 } });
  });

  it('may leave the context out, or parts of it, or say null', () => {
    for (const context of [null, {}, { workspace_id: null }, { project_id: 'p', other: 1 }])
      expect(problems({ ...GOOD, context })).toEqual([]);
  });

  it('names every field that is wrong, in order', () => {
    const wrong = {
      manifest: null,
      config: 'top-secret',
      stream_name: 1,
      state: {},
      custom_components_code: 5,
      record_limit: 'abc',
      page_limit: 1.5,
      slice_limit: null,
      context: { workspace_id: 5 },
    };
    expect(problems(wrong)).toEqual([
      { type: 'model_attributes_type', at: 'manifest', input: null },
      { type: 'model_attributes_type', at: 'config', input: null },
      { type: 'string_type', at: 'stream_name', input: 1 },
      { type: 'list_type', at: 'state', input: null },
      { type: 'string_type', at: 'custom_components_code', input: null },
      { type: 'int_parsing', at: 'record_limit', input: 'abc' },
      { type: 'int_from_float', at: 'page_limit', input: 1.5 },
      { type: 'int_type', at: 'slice_limit', input: null },
      { type: 'string_type', at: 'context.workspace_id', input: 5 },
    ]);
  });

  it('names what is missing, without repeating what may be secret', () => {
    expect(problems({ config: { password: 'top-secret' } })).toEqual([
      { type: 'missing', at: 'manifest', input: {} },
      { type: 'missing', at: 'stream_name', input: {} },
    ]);
    expect(problems([1])).toEqual([{ type: 'model_attributes_type', at: '', input: [] }]);
  });

  it('tells the bounds that a number lies beyond', () => {
    expect(checkBody('test_read', { ...GOOD, page_limit: 0, slice_limit: '21', record_limit: 5001 })).toEqual({
      problems: [
        {
          type: 'less_than_equal',
          loc: ['body', 'record_limit'],
          msg: 'Input should be less than or equal to 5000',
          input: 5001,
          ctx: { le: 5000 },
        },
        {
          type: 'greater_than_equal',
          loc: ['body', 'page_limit'],
          msg: 'Input should be greater than or equal to 1',
          input: 0,
          ctx: { ge: 1 },
        },
        {
          type: 'less_than_equal',
          loc: ['body', 'slice_limit'],
          msg: 'Input should be less than or equal to 20',
          input: '21',
          ctx: { le: 20 },
        },
      ],
    });
  });
});

describe('a body that is no JSON', () => {
  function unreadable(text: string): unknown {
    try {
      return parseJson(text);
    } catch (error) {
      return unreadableBody(text, error as SyntaxError);
    }
  }

  it('is told by the place of the mistake, not by what stands there', () => {
    expect(unreadable('{"a": 1,}')).toMatchObject({ type: 'json_invalid', loc: ['body', 8], ctx: { error: 'An unexpected character' } });
    expect(unreadable('{"password": "top-sec')).toMatchObject({ type: 'json_invalid', ctx: { error: 'The JSON ends too early' } });
  });

  it('is missing when it is empty', () => {
    expect(unreadable(' ')).toEqual({ type: 'missing', loc: ['body'], msg: 'Field required', input: null });
  });
});
