# cmake -DFROM=numbering -DTO=directory -DNPM=npm -DNODE=node [-DMETADATA=file] -P numbering.cmake:
# makes number_table.c in the directory, of the metadata that npm fetches into it.
if(NOT METADATA)
  set(work ${TO}/numbering)
  file(SHA256 ${FROM}/package-lock.json lock)
  set(stamp ${work}/node_modules/.lock-${lock})
  if(NOT EXISTS ${stamp})
    foreach(name package.json package-lock.json .npmrc)
      file(COPY ${FROM}/${name} DESTINATION ${work})
    endforeach()
    execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --silent
      WORKING_DIRECTORY ${work} RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "npm ci failed; configure with -DRINGFENCE_NUMBERING=metadata.max.json")
    endif()
    file(TOUCH ${stamp})
  endif()
  set(METADATA ${work}/node_modules/libphonenumber-js/metadata.max.json)
endif()
execute_process(COMMAND ${NODE} ${FROM}/make.mjs ${METADATA} ${TO}/number_table.c
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "the numbering plans cannot be made")
endif()
