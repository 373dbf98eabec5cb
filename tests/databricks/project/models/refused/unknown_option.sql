select * from read_files('{{ var("landing") }}', format => 'text', wholeTexts => true)
