import type { DataMode } from "@longshore/ftp-session";
import { FtpError } from "@longshore/ftp-session/client";
import type { Dial } from "./dial.ts";
import type { FtpClientOptions } from "./options.ts";

/**
 * The order in which ways to open a data connection are tried.
 *
 * @throws {FtpError} `bad-argument`: a mode that the dialer cannot have
 */
export function toDataModes(
  modes: FtpClientOptions["dataModes"] = "passive",
  dial: Dial | undefined,
): readonly DataMode[] {
  const order = typeof modes === "string" ? dataModeNames[modes] : modes;
  const active = order.find((mode) => mode === "EPRT" || mode === "PORT");
  if (dial === undefined || active === undefined) return order;
  // Nobody connects back through a proxy, nor to where a dialer may lead.
  const message = `${active} has the server connect to this side, which a proxy or a dialer cannot do: leave it out of \`dataModes\``;
  throw new FtpError("bad-argument", message);
}

const dataModeNames = { passive: ["EPSV", "PASV"], active: ["EPRT", "PORT"] } as const;
