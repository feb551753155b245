import { component } from '../../engine/component.ts';
import { str } from '../../lang/text.ts';

/** parity: requesters/request_path.py:RequestPath */
export const RequestPath = component({
  type: 'RequestPath',
  kind: 'requestOption',
  summary: 'Takes the page token as the path, or the whole URL, of the next request.',
  example: `
    type: RequestPath`,
  fields: () => ({}),
  build() {
    return {
      place: 'path',
      inject(options, value) {
        options.path = str(value);
      },
    };
  },
});
