import { component } from '../../engine/component.ts';
import { list, slotMap, text } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';

/** parity: auth/selective_authenticator.py:SelectiveAuthenticator */
export const SelectiveAuthenticator = component({
  type: 'SelectiveAuthenticator',
  kind: 'authenticator',
  summary: 'Uses the authenticator that the config names.',
  example: `
    type: SelectiveAuthenticator
    authenticator_selection_path: [credentials, auth_type]
    authenticators:
      token:
        type: BearerAuthenticator
        api_token: "{{ config['credentials']['token'] }}"
      none:
        type: NoAuth`,
  fields: () => ({ authenticator_selection_path: list(text()), authenticators: slotMap('authenticator') }),
  build(spec, b) {
    const path = spec.authenticator_selection_path;
    const selected = path.reduce<Json | undefined>(
      (value, step) => (isPlainObject(value) ? ownProperty(value as JsonObject, step) : undefined),
      b.config,
    );
    if (selected === undefined)
      return b.fail(`The config has no ${path.join('.')}, which selects the authenticator.`, 'authenticator_selection_path');
    const chosen = ownProperty(spec.authenticators, str(selected as Value));
    if (chosen === undefined) {
      return b.fail(
        `The config selects the authenticator "${str(selected as Value)}", but the manifest has ${Object.keys(spec.authenticators).join(', ')}.`,
        'authenticators',
      );
    }
    return b.build('authenticator', chosen, b.declaration === undefined ? {} : { declaration: b.declaration });
  },
});
