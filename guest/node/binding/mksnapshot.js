() => ({ setSerializeCallback() {}, setDeserializeCallback() {}, setDeserializeMainFunction() {}, isBuildingSnapshotBuffer: new Uint8Array(1) });
