import { basicFtp } from "./basic-ftp.ts";
import type { FtpClientPeer } from "./client.ts";
import { curl } from "./curl.ts";
import { ftplib } from "./ftplib.ts";
import { lftp } from "./lftp.ts";
import { ncftp } from "./ncftp.ts";
import { rclone } from "./rclone.ts";
import { tnftp } from "./tnftp.ts";
import { wget } from "./wget.ts";

/** The FTP clients of others that our server is tried with. */
export const ftpClients: Record<string, FtpClientPeer> = {
  curl,
  lftp,
  tnftp,
  ncftp,
  wget,
  rclone,
  ftplib,
  "basic-ftp": basicFtp,
};
