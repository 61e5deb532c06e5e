eval('['.repeat(200_000) + ']'.repeat(200_000));
