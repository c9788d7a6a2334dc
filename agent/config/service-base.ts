/** What every kind of service takes over from the compose file as it is. */
import type { ComposeService } from './compose-file.ts';
import type { ImageSource, ServiceBase } from './model.ts';

/** A service of the compose file that says where its image comes from. */
export type SourcedService = ComposeService & { readonly source: ImageSource };

export function serviceBase({
  name,
  source,
  template,
  networks,
  networkUses,
  configs,
  secrets,
  externalFiles,
  dependsOn,
}: SourcedService): ServiceBase {
  return { name, source, template, networks, networkUses, configs, secrets, externalFiles, dependsOn };
}
