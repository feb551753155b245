import { component } from '../../engine/component.ts';

/** parity: auth/declarative_authenticator.py:NoAuth */
export const NoAuth = component({
  type: 'NoAuth',
  kind: 'authenticator',
  summary: 'Sends no credentials.',
  example: `
    type: NoAuth`,
  fields: () => ({}),
  build: () => ({ isNone: true, contribute() {} }),
});
