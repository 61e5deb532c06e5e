console.log(scriptArgs.slice(1));
