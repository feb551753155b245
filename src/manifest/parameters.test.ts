import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../lib/json.ts';
import { defaultTypes } from './default-types.ts';
import { propagateParameters } from './parameters.ts';

function propagate(component: JsonObject, options?: Parameters<typeof propagateParameters>[2]): JsonObject {
  return propagateParameters(component, defaultTypes, options);
}

describe('propagateParameters', () => {
  it('adds types by parent and field', () => {
    const stream = { type: 'DeclarativeStream', retriever: { requester: {}, record_selector: { extractor: { class_name: 'c.C' } } } };
    expect(propagate(stream)).toEqual({
      type: 'DeclarativeStream',
      retriever: {
        type: 'SimpleRetriever',
        requester: { type: 'HttpRequester' },
        record_selector: { type: 'RecordSelector', extractor: { type: 'CustomRecordExtractor', class_name: 'c.C' } },
      },
    });
    expect(propagate({}, { field: 'DeclarativeSource.check' })).toEqual({ type: 'CheckStream' });
    expect(propagate({}, { field: 'constructor' })).toEqual({});
  });

  it('fills fields that are missing or falsy and passes parameters on, inner ones winning', () => {
    const component = { type: 'A', name: '', b: { type: 'B', $parameters: { name: 'inner' } }, $parameters: { name: 'outer', n: 1 } };
    expect(propagate(component)).toEqual({
      type: 'A',
      name: 'outer',
      n: 1,
      b: { type: 'B', name: 'inner', n: 1, $parameters: { name: 'inner', n: 1 } },
      $parameters: { name: 'outer', n: 1 },
    });
    expect(component.name).toBe('');
  });

  it('lets outer parameters win where a template is filled in', () => {
    const result = propagate({ type: 'A', $parameters: { name: 'own' } }, { parameters: { name: 'given' }, outerWins: true });
    expect(result).toEqual({ type: 'A', name: 'given', $parameters: { name: 'given' } });
  });

  it('stops at objects without a type and at JSON schemas', () => {
    const options = { parameters: { p: 1 } };
    expect(propagate({ type: 'A', plain: { x: {} } }, options)).toMatchObject({ plain: { x: {} } });
    expect(propagate({ type: 'object', x: { type: 'B' } }, options)).toEqual({ type: 'object', x: { type: 'B' } });
    expect(propagate({ type: ['null', 'string'] }, options)).toEqual({ type: ['null', 'string'] });
    expect(propagate({ x: { type: 'B' }, y: 1 }, options)).toEqual({ x: { type: 'B', p: 1, $parameters: { p: 1 } }, y: 1 });
  });

  it('withholds a parameter from the field of its name, and loses it there when it is falsy', () => {
    const result = propagate({ type: 'A', $parameters: { list: [{ type: 'B' }], empty: {}, last: { type: 'C' } } });
    expect(Object.keys(result['$parameters'] as JsonObject)).toEqual(['list', 'last']);
    expect(result['list']).toEqual([{ type: 'B', empty: {}, last: expect.anything(), $parameters: expect.anything() }]);
    expect((result['$parameters'] as JsonObject)['list']).toEqual(result['list']);
    expect((result['$parameters'] as JsonObject)['last']).toEqual({ type: 'C' });
  });

  it('refuses $parameters that are no object, wherever they stand', () => {
    const component = { type: 'DeclarativeSource', streams: [{ retriever: { $parameters: null } }] };
    expect(() => propagate(component)).toThrow(
      expect.objectContaining({ code: 'parameters-type', path: 'streams[0].retriever.$parameters' }),
    );
  });

  it('treats names of the prototype as any others', () => {
    const component = parseJson('{"type": "A", "$parameters": {"__proto__": {"type": "B"}, "constructor": 1}}') as JsonObject;
    const result = propagate(component);
    expect(Object.keys(result)).toEqual(['type', '__proto__', 'constructor', '$parameters']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as JsonObject)['type']).toBeUndefined();
  });

  it('refuses parameters that fill each other in without end', () => {
    const $parameters = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`p${index}`, { type: 'X' }]));
    expect(() => propagate({ type: 'A', $parameters })).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});
