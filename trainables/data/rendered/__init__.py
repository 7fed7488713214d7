"""Pictures that are made here, once, of what npm's packages ship.

families   the fonts of printed digits and letters, and their licences
digits     draws characters from fonts, as MNIST's are drawn
emoji      cuts Noto's and Twemoji's pictures from their sheets
parts      files of a package, and their digest
packed     labelled images, and their file
made       which packages a data set is made of, and by what
"""
