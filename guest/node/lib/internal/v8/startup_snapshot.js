'use strict';
module.exports = { isBuildingSnapshot: () => false, runDeserializeCallbacks() {}, addDeserializeCallback() {}, addSerializeCallback() {},
                   addAfterUserSerializeDeserializeSnapshot() {}, throwIfBuildingSnapshot() {},
                   namespace: { isBuildingSnapshot: () => false, addSerializeCallback() {}, addDeserializeCallback() {} } };
