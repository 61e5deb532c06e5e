console.log(typeof this); await 0;
