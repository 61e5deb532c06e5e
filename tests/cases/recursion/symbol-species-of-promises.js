class P extends Promise { static get [Symbol.species]() { new P(() => {}).then(); } } new P(() => {}).then();
