import type { AdmissionOptions } from "@longshore/ftp-server";
import type { Config } from "../../config/schema.ts";
import { sectionOf } from "../section.ts";

/** What the counts go by. */
export function rulesOf({ ftp }: Config): Pick<AdmissionOptions, "limits" | "ban"> {
  const { limits, ban } = sectionOf(ftp) ?? {};
  return { ...(limits === undefined ? {} : { limits }), ...(ban === undefined ? {} : { ban }) };
}
