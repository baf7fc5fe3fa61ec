import type { ShellCommand } from "./command.ts";
import { connectionCommands } from "./commands/connection.ts";
import { directoryCommands } from "./commands/directory.ts";
import { fileCommands } from "./commands/file.ts";
import { helpCommands } from "./commands/help.ts";
import { listingCommands } from "./commands/listing.ts";
import { localCommands } from "./commands/local.ts";
import { mirrorCommands } from "./commands/mirror.ts";
import { rawCommands } from "./commands/raw.ts";
import { settingCommands } from "./commands/setting.ts";
import { transferCommands } from "./commands/transfer.ts";

/** Every command of the session, in the order in which `help` shows them. */
export const shellCommands: readonly ShellCommand[] = [
  ...connectionCommands,
  ...listingCommands,
  ...directoryCommands,
  ...localCommands,
  ...transferCommands,
  ...mirrorCommands,
  ...fileCommands,
  ...settingCommands,
  ...rawCommands,
  ...helpCommands,
];
