import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomAuthenticator = component(
  customComponent({
    type: 'CustomAuthenticator',
    kind: 'authenticator',
    summary: 'Proves to the API who is asking, by code of its own.',
    contract: 'Authenticator',
    calls: { contribute: { waits: true }, sign: { waits: true }, credential: { waits: true }, refresh: { waits: true } },
    members: ['contribute(options, url)'],
  }),
);
