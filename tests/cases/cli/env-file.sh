printf 'A=1\nB="two words" # why\n' > one.env
printf 'A=2\n' > two.env
jsvm eval --env-file one.env '[process.env.A, process.env.B, Object.keys(process.env)]'
# A later file comes before an earlier one.
jsvm eval --env-file one.env --env-file two.env 'process.env.A'
# A variable that is set comes first, if the program may read it.
A=set jsvm eval --env-file one.env 'process.env.A'
A=set jsvm eval --env-file one.env --allow-env=A 'process.env.A'
# What no file has stays hidden.
SECRET=1 jsvm eval --env-file one.env '"SECRET" in process.env'
jsvm eval --env-file none.env 1
jsvm eval --env-file-if-exists none.env --env-file-if-exists two.env 'process.env.A'
printf 'A=\377\n' > bad.env
jsvm eval --env-file bad.env 1
