// What the machines of boot.test.ts boot: programs of a few dozen instructions that print the FNV-1a hash of what was
// loaded to the first serial line and end the machine. A block that is missing, twice there or out of place is
// another hash.
import { randomBytes } from "node:crypto";

/** Something to boot, and the line that it prints when every octet of it arrived. */
export interface BootImage {
  readonly bytes: Buffer;
  readonly line: string;
}

/** Where the machine has the device that ends it when it is written to (`isa-debug-exit`). */
export const exitPort = 0xf4;

/** The line that a machine prints of what it has loaded. */
export function hashLine(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `#${(hash >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/**
 * A kernel by the Multiboot specification, version 0.6.96, loaded to 1 MiB. It prints the hash of itself, then one
 * of each of its modules. Random octets fill it up to `size`.
 */
export function multibootKernel(size: number): BootImage {
  const header = Buffer.alloc(32);
  const [magic, flags, load] = [0x1badb002, 0x00010000, 0x100000];
  // Magic, flags and checksum add up to 0; then the addresses of header, text, end of data, end of bss, and entry.
  const fields = [magic, flags, -(magic + flags), load, load, load + size, load + size, load + header.length];
  for (const [index, field] of fields.entries()) header.writeUInt32LE(field >>> 0, index * 4);
  const bytes = Buffer.concat([header, machineCode(kernelCode), randomBytes(size)]).subarray(0, size);
  return { bytes, line: hashLine(bytes) };
}

/** An application for UEFI (PE32+ for x86-64) with `size` random octets, of which it prints the hash. */
export function efiApplication(size: number): BootImage {
  const body = randomBytes(size);
  const code = machineCode(applicationCode);
  code.writeUInt32LE(size, code.indexOf(sizePlaceholder));
  const section = Buffer.concat([code, body]);
  return { bytes: Buffer.concat([peHeader(section.length), section]), line: hashLine(body) };
}

/** The header of an image with one section, which is loaded and entered at 0x1000. */
function peHeader(length: number): Buffer {
  const [signature, optional, sections, total, page] = [0x40, 0x58, 0x148, 0x200, 0x1000];
  const header = Buffer.alloc(total);
  header.write("MZ", 0);
  header.writeUInt32LE(signature, 0x3c);
  header.write("PE", signature);
  header.writeUInt16LE(0x8664, signature + 4); // x86-64
  header.writeUInt16LE(1, signature + 6); // sections
  header.writeUInt16LE(sections - optional, signature + 20); // length of the optional header
  header.writeUInt16LE(0x0022, signature + 22); // executable, large addresses
  header.writeUInt16LE(0x20b, optional); // PE32+
  header.writeUInt32LE(length, optional + 4); // octets of code
  header.writeUInt32LE(page, optional + 16); // entry
  header.writeUInt32LE(page, optional + 20); // base of code
  header.writeUInt32LE(page, optional + 32); // alignment in memory
  header.writeUInt32LE(total, optional + 36); // alignment in the file
  header.writeUInt32LE(page + Math.ceil(length / page) * page, optional + 56); // octets in memory
  header.writeUInt32LE(total, optional + 60); // octets of headers
  header.writeUInt16LE(10, optional + 68); // an application for UEFI
  header.writeUInt32LE(16, optional + 108); // directories, all of them empty
  header.write(".text", sections);
  header.writeUInt32LE(length, sections + 8); // octets in memory
  header.writeUInt32LE(page, sections + 12); // where in memory
  header.writeUInt32LE(length, sections + 16); // octets in the file
  header.writeUInt32LE(total, sections + 20); // where in the file
  header.writeUInt32LE(0xe0000060, sections + 36); // code and data: read, write, execute
  return header;
}

/** The octets of a listing: each line has them in hexadecimal, then what they mean behind a semicolon. */
function machineCode(listing: string): Buffer {
  return Buffer.from(listing.replaceAll(/;.*$/gm, "").replaceAll(/\s/g, ""), "hex");
}

const sizePlaceholder = Buffer.from("11111111", "hex");

/** Entered with the address of the Multiboot information in EBX. */
const kernelCode = `
  BC 00 00 09 00     ;       mov  esp, 0x90000
  89 DF              ;       mov  edi, ebx
  BE 00 00 10 00     ;       mov  esi, 0x100000       the kernel itself: from here …
  8B 0D 14 00 10 00  ;       mov  ecx, [0x100014]     … to the end of data in its header
  E8 23 00 00 00     ;       call tell
  8B 6F 14           ;       mov  ebp, [edi + 20]     how many modules
  8B 7F 18           ;       mov  edi, [edi + 24]     and where they are told of
  85 ED              ; next: test ebp, ebp
  74 10              ;       jz   end
  8B 37              ;       mov  esi, [edi]          from
  8B 4F 04           ;       mov  ecx, [edi + 4]      to
  E8 0F 00 00 00     ;       call tell
  83 C7 10           ;       add  edi, 16
  4D                 ;       dec  ebp
  EB EC              ;       jmp  next
  BA F4 00 00 00     ; end:  mov  edx, exitPort
  EE                 ;       out  dx, al
  F4                 ; stop: hlt
  EB FD              ;       jmp  stop
  B8 C5 9D 1C 81     ; tell: mov  eax, 0x811c9dc5     prints the hash of [ESI, ECX)
  32 06              ; hash: xor  al, [esi]
  69 C0 93 01 00 01  ;       imul eax, eax, 0x01000193
  46                 ;       inc  esi
  39 CE              ;       cmp  esi, ecx
  72 F3              ;       jb   hash
  89 C3              ;       mov  ebx, eax
  B0 23              ;       mov  al, '#'
  E8 1A 00 00 00     ;       call put
  B9 08 00 00 00     ;       mov  ecx, 8
  C1 C3 04           ; hex:  rol  ebx, 4
  88 D8              ;       mov  al, bl
  24 0F              ;       and  al, 15
  3C 0A              ;       cmp  al, 10              a digit of AL
  1C 69              ;       sbb  al, 0x69
  2F                 ;       das
  E8 04 00 00 00     ;       call put
  E2 ED              ;       loop hex
  B0 0A              ;       mov  al, 10              the line's end
  50                 ; put:  push eax
  BA FD 03 00 00     ;       mov  edx, 0x3fd          until the serial line takes it
  EC                 ; wait: in   al, dx
  A8 20              ;       test al, 0x20
  74 FB              ;       jz   wait
  58                 ;       pop  eax
  BA F8 03 00 00     ;       mov  edx, 0x3f8
  EE                 ;       out  dx, al
  C3                 ;       ret
`;

/** What it hashes stands right behind it. */
const applicationCode = `
  48 8D 35 62 00 00 00  ;       lea  rsi, [rip + 0x62]
  B9 11 11 11 11        ;       mov  ecx, its size
  B8 C5 9D 1C 81        ;       mov  eax, 0x811c9dc5
  32 06                 ; hash: xor  al, [rsi]
  69 C0 93 01 00 01     ;       imul eax, eax, 0x01000193
  48 FF C6              ;       inc  rsi
  FF C9                 ;       dec  ecx
  75 F1                 ;       jnz  hash
  89 C3                 ;       mov  ebx, eax
  B0 23                 ;       mov  al, '#'
  E8 2D 00 00 00        ;       call put
  B9 08 00 00 00        ;       mov  ecx, 8
  C1 C3 04              ; hex:  rol  ebx, 4
  88 D8                 ;       mov  al, bl
  24 0F                 ;       and  al, 15
  04 30                 ;       add  al, '0'
  3C 3A                 ;       cmp  al, '9' + 1
  72 02                 ;       jb   dec
  04 07                 ;       add  al, 'A' - '9' - 1
  E8 14 00 00 00        ; dec:  call put
  FF C9                 ;       dec  ecx
  75 E8                 ;       jnz  hex
  B0 0A                 ;       mov  al, 10              the line's end
  E8 09 00 00 00        ;       call put
  BA F4 00 00 00        ;       mov  edx, exitPort
  EE                    ;       out  dx, al
  F4                    ; stop: hlt
  EB FD                 ;       jmp  stop
  50                    ; put:  push rax
  BA FD 03 00 00        ;       mov  edx, 0x3fd          until the serial line takes it
  EC                    ; wait: in   al, dx
  A8 20                 ;       test al, 0x20
  74 FB                 ;       jz   wait
  58                    ;       pop  rax
  BA F8 03 00 00        ;       mov  edx, 0x3f8
  EE                    ;       out  dx, al
  C3                    ;       ret
`;
