// Rules that refuse every state, so a host that runs others keeps those.
export const decide = () => ({ tag: "accept" });

export const save = (): Uint8Array => new Uint8Array();

export function load(): void {
    throw new Error("there is no way from the earlier rules to these");
}
