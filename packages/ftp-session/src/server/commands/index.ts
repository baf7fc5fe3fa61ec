import { type CommandOf, type FtpCommand, type Verb, verbs } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { abort } from "./abort.ts";
import { account } from "./account.ts";
import { extendedPort, port } from "./active.ts";
import { client, noop, system } from "./courtesy.ts";
import { features } from "./features.ts";
import { help, siteHelp } from "./help.ts";
import { host } from "./host.ts";
import { list, nameList } from "./list.ts";
import { machineList, machineListDirectory } from "./machine-list.ts";
import { modificationTime, modifyModificationTime } from "./modification-time.ts";
import { factOption, options, utf8Option } from "./options.ts";
import { fileStructure, representationType, transferMode } from "./parameters.ts";
import { extendedPassive, passive } from "./passive.ts";
import { whyNot } from "./policy.ts";
import { quit } from "./quit.ts";
import { reinitialize } from "./reinitialize.ts";
import { deleteFile, makeDirectory, removeDirectory } from "./remove.ts";
import { renameFrom, renameTo } from "./rename.ts";
import { allocate, restart } from "./restart.ts";
import { retrieve } from "./retrieve.ts";
import { authenticationMechanism, protectionBufferSize, protectionLevel } from "./security.ts";
import { changeMode, site } from "./site.ts";
import { size } from "./size.ts";
import { status } from "./status.ts";
import { append, store, storeUnique } from "./store.ts";
import { pass, user } from "./user.ts";
import {
  changeToParentDirectory,
  changeWorkingDirectory,
  printWorkingDirectory,
} from "./working-directory.ts";

type Handlers = { readonly [V in Verb]?: (command: CommandOf<V>, session: Session) => Step };

/**
 * Every command that is carried out. A verb of the command table that is not here is 502, and neither HELP nor
 * FEAT know of it.
 */
const handlers: Handlers = {
  USER: user,
  PASS: pass,
  ACCT: account,
  CWD: changeWorkingDirectory,
  CDUP: changeToParentDirectory,
  REIN: reinitialize,
  QUIT: quit,
  PORT: port,
  PASV: passive,
  TYPE: representationType,
  STRU: fileStructure,
  MODE: transferMode,
  RETR: retrieve,
  STOR: store,
  STOU: storeUnique,
  APPE: append,
  ALLO: allocate,
  REST: restart,
  RNFR: renameFrom,
  RNTO: renameTo,
  ABOR: abort,
  DELE: deleteFile,
  RMD: removeDirectory,
  MKD: makeDirectory,
  PWD: printWorkingDirectory,
  LIST: list,
  NLST: nameList,
  SYST: system,
  STAT: status,
  HELP: ({ topic }, session) => help(verbsOf(session), topic),
  NOOP: noop,
  AUTH: authenticationMechanism,
  PBSZ: protectionBufferSize,
  PROT: protectionLevel,
  FEAT: (_, session) => features(verbsOf(session), session),
  OPTS: options,
  "OPTS UTF8": utf8Option,
  "OPTS MLST": factOption,
  EPRT: extendedPort,
  EPSV: extendedPassive,
  MDTM: modificationTime,
  MFMT: modifyModificationTime,
  SIZE: size,
  MLST: machineList,
  MLSD: machineListDirectory,
  HOST: host,
  CLNT: client,
  SITE: site,
  "SITE CHMOD": changeMode,
  "SITE HELP": ({ topic }, session) => siteHelp(verbsOf(session), topic),
};

/** The verbs that the engine can carry out, in the command table's order. */
export const offeredVerbs: readonly Verb[] = verbs.filter((verb) => handlers[verb] !== undefined);

/** Why this verb is not carried out in this session, if it is not. */
export function whyNotOffered(verb: Verb, session: Session): string | undefined {
  return handlers[verb] === undefined ? "Not offered here." : whyNot(verb, session);
}

/** What a command comes to, or what it wants first. */
export function firstStep(command: FtpCommand, session: Session): Step {
  // The table's type pairs each verb with its own command; TypeScript cannot follow the pair through the lookup.
  const handler = handlers[command.verb] as ((command: FtpCommand, session: Session) => Step) | undefined;
  return handler === undefined ? answer(reply(502, "Not offered here.")) : handler(command, session);
}

function verbsOf(session: Session): readonly Verb[] {
  return offeredVerbs.filter((verb) => whyNot(verb, session) === undefined);
}
