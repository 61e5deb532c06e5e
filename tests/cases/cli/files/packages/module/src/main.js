console.log(typeof this, import.meta !== undefined);
