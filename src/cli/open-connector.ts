import { createBuilder, warnOfKey } from '../engine/builder.ts';
import { createCheckpointSettings } from '../engine/checkpoint-settings.ts';
import { checkOverrides } from '../engine/config-overrides.ts';
import { declaredCredentialHosts } from '../engine/credential-hosts.ts';
import type { Slot } from '../engine/fields.ts';
import { createGuards } from '../engine/guards.ts';
import type { ConnectorSpec, Source } from '../engine/kinds.ts';
import { createOrigins } from '../engine/origins.ts';
import type { Limits, Run } from '../engine/run.ts';
import { type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { collectSecrets } from '../lib/secrets.ts';
import { configUpdate } from '../protocol/messages.ts';
import type { Output } from '../protocol/output.ts';
import { validateConfig } from './config-schema.ts';
import { buildSpec, type Connector, customCodeOf } from './connector.ts';
import { guardCeilings } from './guard-ceilings.ts';
import { type ConfigKeeper, warningKeeper } from './keep-config.ts';
import { createRequests } from './requests.ts';
import { createRun } from './run.ts';
import type { Session } from './session.ts';

/** A connector with a config that fits its specification: ready to be asked. */
export interface Opened {
  readonly run: Run;
  readonly config: JsonObject;
  /** Looks at every component of the manifest, also those that the command does not need; throws ManifestError for all that is wrong. */
  validate(): void;
  /** Builds the source with the config, or with some of its values replaced. */
  source(overrides?: JsonObject): Source;
}

/**
 * Brings the config into the connector's present form, checks it and builds the source. The CONTROL message has a platform keep a config that
 * the run has changed; `keeper` keeps it where there is no platform.
 */
export async function openConnector(session: Session, connector: Connector, limits: Limits = {}, keeper?: ConfigKeeper): Promise<Opened> {
  const { output, secrets, registry } = session;
  const guards = createGuards(connector.manifest, session.options.guard, guardCeilings(session.options, process.env));
  const customCode = await customCodeOf(session, connector, connector.manifest, guards);
  const kept = keeper !== undefined && guards.unsaved_config === 'warn' ? warningKeeper(keeper, session.log.warn) : keeper;
  const configs: JsonObject[] = [];
  const origins = createOrigins({
    listed: [...declaredCredentialHosts(connector.manifest), ...(session.options.credentialHost ?? [])],
    manifest: () => connector.prepared.manifest,
    configs,
    templates: () => run.templates,
  });
  const run: Run = createRun(session, {
    folder: connector.folder,
    limits,
    guards,
    checkpoints: createCheckpointSettings(connector.manifest, session.options.checkpoint),
    customCode,
    proveConfigSavable: kept?.prove,
    async saveConfig(config) {
      await writeConfig(output, config);
      kept?.keep(config);
    },
    origins,
    requests: createRequests,
  });
  const spec = buildSpec(session, connector, run);
  const specification = isPlainObject(spec.message['connectionSpecification'])
    ? (spec.message['connectionSpecification'] as JsonObject)
    : {};
  const learn = (values: JsonObject): void => {
    for (const secret of collectSecrets(values, specification)) secrets.add(secret);
  };
  learn(connector.config);
  const migrated = await migrateConfig(connector, spec, session);
  const config = Object.keys(migrated).length === 0 ? migrated : spec.transform(migrated);
  if (config !== connector.config) learn(config);
  configs.push(config);
  if (connector.configIsMasked !== true) {
    await validateConfig(config, specification);
    await spec.validate(config);
  }
  return {
    run,
    config,
    validate() {
      const { errors, strayKeys } = registry.validate(connector.manifest, ['source'], '');
      for (const key of strayKeys) warnOfKey(run, key);
      const [first, ...others] = errors;
      if (first !== undefined) throw first.with(others);
    },
    source(overrides) {
      const own = overrides === undefined ? config : { ...config, ...overrides };
      if (overrides !== undefined) {
        checkOverrides(overrides, { manifest: connector.manifest, registry, specification, log: session.log });
        learn(overrides);
        configs.push(own);
      }
      const builder = createBuilder({ registry, run, config: own });
      return builder.build('source', connector.manifest as Slot<'source'>);
    },
  };
}

/** Has the platform keep a new config; resolves when it is handed over, since tokens in it may be gone otherwise. */
async function writeConfig(output: Output, config: JsonObject): Promise<void> {
  output.message(configUpdate(config));
  output.flush();
  await output.drained();
}

/** Rewrites an old config and has the platform keep the new one. parity: concurrent_declarative_source.py:_migrate_and_transform_config */
async function migrateConfig({ config, configPath }: Connector, spec: ConnectorSpec, { output, log }: Session): Promise<JsonObject> {
  if (Object.keys(config).length === 0) return config;
  const migrated = spec.migrate(config);
  if (migrated === config) return config;
  if (configPath !== undefined && configPath !== '-') {
    try {
      replaceFile(configPath, stringifyJson(migrated));
    } catch (error) {
      log.warn(
        `The migrated config could not be written to ${configPath} (${(error as NodeJS.ErrnoException).code}); the CONTROL message has it.`,
      );
    }
  }
  await writeConfig(output, migrated);
  return migrated;
}
