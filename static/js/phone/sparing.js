/* Speech for a narrow line: opus in fewer bits a second, each packet with what repairs the one before it. */

/** The description (SDP) with its opus limited to so many bits a second; without opus as it was. */
export function spoken(sdp, bits) {
  const opus = /^a=rtpmap:(\d+) opus\//im.exec(sdp)?.[1];
  if (!opus) return sdp;
  const wanted = { maxaveragebitrate: bits, useinbandfec: 1 };
  const line = new RegExp(`^a=fmtp:${opus} (.*)$`, "m");
  const said = line.exec(sdp)?.[1].trim() ?? "";
  const terms = Object.fromEntries(said.split(/;\s*/).filter(Boolean).map((term) => term.split("=")));
  const text = Object.entries({ ...terms, ...wanted }).map((term) => term.join("=")).join(";");
  const made = `a=fmtp:${opus} ${text}`;
  return said ? sdp.replace(line, made) : sdp.replace(new RegExp(`^(a=rtpmap:${opus} .*)$`, "m"), `$1\r\n${made}`);
}
