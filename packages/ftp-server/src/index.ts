export { type AddressList, addressList } from "./address-range.ts";
export {
  type Admission,
  type AdmissionLimits,
  type AdmissionOptions,
  type AdmissionRefusal,
  type BanEvent,
  createAdmission,
  type SharedAdmission,
} from "./admission.ts";
export {
  type AnonymousOptions,
  type Authenticator,
  anonymousAuthenticator,
  firstOf,
  type LoginAnswer,
  type LoginRequest,
  type ServerUser,
} from "./authenticator.ts";
export { type Ban, type BanOptions, type Bans, createBans } from "./ban.ts";
export {
  type Certificate,
  type CertificateSource,
  type CertificateSourceOptions,
  createCertificateSource,
} from "./certificate.ts";
export type { ClientCertificateOptions } from "./client-certificate.ts";
export { FtpServerError, type FtpServerErrorCode } from "./error.ts";
export type { FtpServerEvent, SessionInfo, TransferInfo } from "./event.ts";
export type { Download, FtpServerHooks, HookName, LoginEnd, Upload, UploadStart } from "./hooks.ts";
export type { HttpAuthenticatorOptions } from "./http-authenticator.ts";
export { httpAuthenticator } from "./http-authenticator.ts";
export type { ListenerOptions } from "./listener.ts";
export type { Counted } from "./once.ts";
export type {
  ActiveOptions,
  FtpServerLimits,
  FtpServerOptions,
  PassiveOptions,
  TlsOptions,
  VirtualHostOptions,
} from "./options.ts";
export { hashPassword, isPasswordHash, verifyPassword } from "./password.ts";
export { restrictStore } from "./permission.ts";
export { type Action, actions, type Grant, type Permission, type PermissionRule } from "./permission-rule.ts";
export type { PublicAddress, PublicAddressRow } from "./public-address.ts";
export type { Quotas } from "./quotas.ts";
export { createFtpServer, type FtpServer } from "./server.ts";
export { type CountMember, createSharedCounts, type SharedCounts } from "./shared/counts.ts";
export { createMemberCounts, type MemberCounts, type MemberCountsOptions } from "./shared/member-counts.ts";
export type { CountError, CountReply, CountRequest } from "./shared/message.ts";
export { subStore } from "./sub-store.ts";
export type { Quota, Rate, UserOptions } from "./user-options.ts";
export { type Problem, problemText, readUserOptions, type UserRecord } from "./user-schema.ts";
export { type UserEntry, userAuthenticator } from "./users.ts";
export {
  formatUsersFile,
  parseUsersFile,
  readUsersFile,
  type UserRecords,
  UsersFileError,
  type UsersFileErrorCode,
  type UsersFileOptions,
} from "./users-file.ts";
export type { UsersSyntax } from "./users-syntax.ts";
export { formatXferlog, type XferlogRecord, xferlogRecord } from "./xferlog.ts";
