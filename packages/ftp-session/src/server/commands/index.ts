import { type CommandOf, type FtpCommand, type Verb, verbs } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { abort } from "./abort.ts";
import { account } from "./account.ts";
import { extendedPort, longPort, port } from "./active.ts";
import { clientPassive, secureClient } from "./between-servers.ts";
import { combine } from "./combine.ts";
import { copyFrom, copyTo } from "./copy.ts";
import { client, clientIdentification, noop, system } from "./courtesy.ts";
import { establishActive, establishPassive } from "./establish.ts";
import { features } from "./features.ts";
import { setFileTimes } from "./file-times.ts";
import { checksum, hash, hashOption, md5 } from "./hash.ts";
import { help, siteHelp } from "./help.ts";
import { host } from "./host.ts";
import { idle } from "./idle.ts";
import { language } from "./language.ts";
import { makeLink } from "./link.ts";
import { list, nameList } from "./list.ts";
import { machineList, machineListDirectory } from "./machine-list.ts";
import { modificationTime } from "./modification-time.ts";
import { modifyCreationTime, modifyFacts, modifyModificationTime } from "./modify-facts.ts";
import { structureMount } from "./mount.ts";
import { factOption, modeOption, options, utf8Option } from "./options.ts";
import { fileStructure, representationType, transferMode } from "./parameters.ts";
import { extendedPassive, longPassive, passive } from "./passive.ts";
import { changeMode, mask } from "./permissions.ts";
import { whyNot } from "./policy.ts";
import { quit } from "./quit.ts";
import { range } from "./range.ts";
import { reinitialize } from "./reinitialize.ts";
import { deleteFile, makeDirectory, removeDirectory, removeDirectoryTree } from "./remove.ts";
import { renameFrom, renameTo } from "./rename.ts";
import { allocate, allocateOption, restart } from "./restart.ts";
import { retrieve } from "./retrieve.ts";
import {
  authenticationMechanism,
  clearCommandChannel,
  protectionBufferSize,
  protectionLevel,
} from "./security.ts";
import { site } from "./site.ts";
import { size } from "./size.ts";
import { availableSpace, directorySize } from "./space.ts";
import { status } from "./status.ts";
import { append, store, storeUnique } from "./store.ts";
import { pass, user } from "./user.ts";
import { who } from "./who.ts";
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
  SMNT: structureMount,
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
  CCC: clearCommandChannel,
  PROT: protectionLevel,
  CPSV: clientPassive,
  SSCN: secureClient,
  FEAT: (_, session) => features(verbsOf(session), session),
  OPTS: options,
  "OPTS UTF8": utf8Option,
  "OPTS MLST": factOption,
  "OPTS HASH": hashOption,
  "OPTS ALLO": allocateOption,
  "OPTS MODE": modeOption,
  EPRT: extendedPort,
  EPSV: extendedPassive,
  LPRT: longPort,
  LPSV: longPassive,
  LANG: language,
  MDTM: modificationTime,
  MFMT: modifyModificationTime,
  MFCT: modifyCreationTime,
  MFF: modifyFacts,
  SIZE: size,
  MLST: machineList,
  MLSD: machineListDirectory,
  HOST: host,
  HASH: hash,
  MD5: md5,
  XCRC: checksum("CRC32"),
  XMD5: checksum("MD5"),
  XSHA1: checksum("SHA-1"),
  XSHA256: checksum("SHA-256"),
  XSHA512: checksum("SHA-512"),
  RANG: range,
  CSID: clientIdentification,
  CLNT: client,
  AVBL: availableSpace,
  COMB: combine,
  DSIZ: directorySize,
  RMDA: removeDirectoryTree,
  ESTA: establishActive,
  ESTP: establishPassive,
  SITE: site,
  "SITE CHMOD": changeMode,
  "SITE UMASK": mask,
  "SITE UTIME": setFileTimes,
  "SITE SYMLINK": makeLink,
  "SITE CPFR": copyFrom,
  "SITE CPTO": copyTo,
  "SITE IDLE": idle,
  "SITE WHO": who,
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
